import fc from 'fast-check';
import { awsFailure, functionFailure } from '../../../src/cli/aws/failures.ts';
import { FailureError } from '../../../src/cli/command.ts';

const where = { stage: 'prod', region: 'eu-central-1', functionName: 'inoculate-prod-requests' };

function failed(name: string, message: string, more: object = {}): Error {
  return Object.assign(new Error(message), { name, ...more });
}

describe('what goes wrong between here and the controller', () => {
  it.each<[string, Error, number, RegExp, RegExp]>([
    [
      'no credentials',
      failed('CredentialsProviderError', 'Could not load credentials from any providers'),
      2,
      /^No AWS credentials were found: Could not load/,
      /aws sso login.*--profile/,
    ],
    [
      'credentials that have run out',
      failed('ExpiredTokenException', 'The security token included in the request is expired'),
      2,
      /^AWS does not accept these credentials \(ExpiredTokenException\)/,
      /log in anew/,
    ],
    ['no Region', new Error('Region is missing'), 2, /^No AWS Region is configured$/, /--region/],
    [
      'no controller',
      failed('ResourceNotFoundException', 'Function not found'),
      2,
      /^No controller of stage prod in eu-central-1/,
      /serverless deploy --stage prod/,
    ],
    [
      'missing rights',
      failed(
        'AccessDeniedException',
        'User: arn:aws:iam::123456789012:user/ada is not authorized to perform: lambda:InvokeFunction on resource: arn:aws:lambda:eu-central-1:123456789012:function:inoculate-prod-requests because no identity-based policy allows the lambda:InvokeFunction action',
      ),
      2,
      /^arn:aws:iam::123456789012:user\/ada may not lambda:InvokeFunction on arn:aws:lambda:\S+$/,
      /inoculate policy FILE/,
    ],
    [
      'too many calls',
      failed('TooManyRequestsException', 'Rate Exceeded.'),
      70,
      /turned the call .* away/,
      /try again/,
    ],
    [
      'no network',
      failed('Error', 'getaddrinfo ENOTFOUND lambda.eu-central-1.amazonaws.com', { code: 'ENOTFOUND' }),
      70,
      /^AWS cannot be reached in eu-central-1 \(ENOTFOUND\)/,
      /AWS_ENDPOINT_URL/,
    ],
  ])('is told in a sentence, with what helps: %s', (_what, error, exitCode, message, help) => {
    const told = awsFailure(error, where);
    if (!(told instanceof FailureError)) throw new Error(`not told: ${String(told)}`);
    expect(told.message).toMatch(message);
    expect(told.help).toMatch(help);
    expect(told.exitCode).toBe(exitCode);
    expect(told.cause).toBe(error);
  });

  it('leaves a bug a bug', () => {
    const bug = new TypeError('x is not a function');
    expect(awsFailure(bug, where)).toBe(bug);
  });

  it("tells a function's error and where its log is", () => {
    const told = functionFailure(
      '{"errorType":"InvalidEventError","errorMessage":"This is no request"}',
      where,
    );
    expect(told.message).toBe('inoculate-prod-requests failed: InvalidEventError: This is no request');
    expect(told.help).toContain('/aws/lambda/inoculate-prod-requests');
    expect(told.exitCode).toBe(70);
  });

  it('finds words for whatever a function answers', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (payload) => {
        expect(functionFailure(payload, where).message).toMatch(/^inoculate-prod-requests failed: /);
      }),
    );
  });
});
