import { FailureError } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';

/** What was asked for, for messages. */
export interface Where {
  readonly stage: string;
  readonly region?: string;
  /** The function that was invoked. */
  readonly functionName?: string;
}

type Explain = (error: Failed, where: Where) => FailureError;

interface Failed {
  readonly code: string;
  readonly message: string;
  readonly cause: unknown;
}

/** Something is wrong with what the user gave: options, credentials, rights. */
const { badInput, internal } = exitCodes;

const noCredentials: Explain = ({ message, cause }) =>
  new FailureError(`No AWS credentials were found: ${firstSentence(message)}`, {
    exitCode: badInput,
    help: 'aws sso login, aws configure, or the variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; --profile NAME takes one of your profiles',
    cause,
  });

const oldCredentials: Explain = ({ code, message, cause }) =>
  new FailureError(`AWS does not accept these credentials (${code}): ${firstSentence(message)}`, {
    exitCode: badInput,
    help: 'log in anew (aws sso login), or choose others with --profile NAME',
    cause,
  });

const noRegion: Explain = ({ cause }) =>
  new FailureError('No AWS Region is configured', {
    exitCode: badInput,
    help: '--region REGION, the variable AWS_REGION, or "region" of your AWS profile',
    cause,
  });

const denied: Explain = ({ message, cause }, { functionName, stage }) =>
  new FailureError(deniedSentence(message, functionName), {
    exitCode: badInput,
    help: `allow it on arn:aws:lambda:*:*:function:inoculate-${stage}-*; "inoculate policy FILE" prints what you need`,
    cause,
  });

const notFound: Explain = ({ cause, message }, { stage, region, functionName }) =>
  functionName === undefined
    ? new FailureError(firstSentence(message), { exitCode: badInput, cause })
    : new FailureError(
        `No controller of stage ${stage} in ${region ?? 'this Region'}: there is no function ${functionName}`,
        {
          exitCode: badInput,
          help: `deploy it with "serverless deploy --stage ${stage}", or name another with --stage, --region or --profile`,
          cause,
        },
      );

const throttled: Explain = ({ code, cause }, { functionName }) =>
  new FailureError(
    `AWS turned the call${functionName === undefined ? '' : ` of ${functionName}`} away for now (${code}), several times`,
    {
      exitCode: internal,
      help: 'try again in a moment. Nothing was half done: every request may be sent again',
      cause,
    },
  );

const unreachable: Explain = ({ code, message, cause }, { region }) =>
  new FailureError(
    `AWS cannot be reached${region === undefined ? '' : ` in ${region}`} (${code}): ${firstSentence(message)}`,
    {
      exitCode: internal,
      help: 'look at the network, the Region and the variable AWS_ENDPOINT_URL',
      cause,
    },
  );

/** By the error's name or code, as the SDK, the services and Node give it. */
const explanations: Readonly<Record<string, Explain>> = {
  CredentialsProviderError: noCredentials,
  TokenProviderError: noCredentials,
  ExpiredToken: oldCredentials,
  ExpiredTokenException: oldCredentials,
  UnrecognizedClientException: oldCredentials,
  InvalidClientTokenId: oldCredentials,
  InvalidSignatureException: oldCredentials,
  SignatureDoesNotMatch: oldCredentials,
  AccessDenied: denied,
  AccessDeniedException: denied,
  ResourceNotFoundException: notFound,
  TooManyRequestsException: throttled,
  ThrottlingException: throttled,
  Throttling: throttled,
  EC2ThrottledException: throttled,
  ServiceUnavailableException: throttled,
  ENOTFOUND: unreachable,
  ECONNREFUSED: unreachable,
  ECONNRESET: unreachable,
  ETIMEDOUT: unreachable,
  EHOSTUNREACH: unreachable,
  EAI_AGAIN: unreachable,
  TimeoutError: unreachable,
};

/** What AWS, the SDK or the network threw, in a sentence that helps. What is not known here stays as it is. */
export function awsFailure(error: unknown, where: Where): unknown {
  if (error instanceof FailureError) return error;
  const failed = failedOf(error);
  if (failed === undefined) return error;
  if (/^Region is missing/.test(failed.message)) return noRegion(failed, where);
  for (const code of codesOf(error)) {
    const explain = Object.hasOwn(explanations, code) ? explanations[code] : undefined;
    if (explain !== undefined) return explain({ ...failed, code }, where);
  }
  return error;
}

/** The function itself failed: its log says more than its answer. */
export function functionFailure(payload: string, { functionName = '', region }: Where): FailureError {
  return new FailureError(`${functionName} failed: ${errorOf(payload)}`, {
    exitCode: internal,
    help: `its log: aws logs tail /aws/lambda/${functionName} --since 5m${region === undefined ? '' : ` --region ${region}`}`,
  });
}

function errorOf(payload: string): string {
  const { errorType, errorMessage } = fieldsOf(payload);
  if (typeof errorMessage !== 'string') return payload === '' ? 'without a word' : payload.slice(0, 500);
  return typeof errorType !== 'string' || errorType === 'Error'
    ? errorMessage
    : `${errorType}: ${errorMessage}`;
}

/** Lambda answers for a function that failed with JSON; what is not JSON has no fields. */
function fieldsOf(payload: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(payload);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function failedOf(error: unknown): Failed | undefined {
  if (typeof error !== 'object' || error === null || !('message' in error)) return undefined;
  const [code = ''] = codesOf(error);
  return { code, message: String(error.message), cause: error };
}

function codesOf(error: unknown): readonly string[] {
  if (typeof error !== 'object' || error === null) return [];
  return [
    'code' in error ? error.code : undefined,
    'Code' in error ? error.Code : undefined,
    'name' in error ? error.name : undefined,
  ].filter((code): code is string => typeof code === 'string');
}

/** "User: arn:… is not authorized to perform: lambda:InvokeFunction on resource: arn:… because …" */
function deniedSentence(message: string, functionName: string | undefined): string {
  const [, who, action, resource] =
    /User: (\S+) is not authorized to perform: (\S+)(?: on resource: (\S+))?/.exec(message) ?? [];
  if (action === undefined)
    return `AWS denies access${functionName === undefined ? '' : ` to ${functionName}`}: ${firstSentence(message)}`;
  return `${who} may not ${action}${resource === undefined ? '' : ` on ${resource}`}`;
}

function firstSentence(text: string): string {
  return text.split('\n')[0]?.trim().replace(/\.$/, '') ?? '';
}
