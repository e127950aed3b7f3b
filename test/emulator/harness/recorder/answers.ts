import type { Effect } from './rules.ts';

/** The error that each service throws when it is called too often, with its status. */
const throttles: Readonly<Record<string, readonly [number, string]>> = {
  dynamodb: [400, 'ThrottlingException'],
  lambda: [429, 'TooManyRequestsException'],
  apigateway: [429, 'TooManyRequestsException'],
  s3: [503, 'SlowDown'],
  sqs: [400, 'RequestThrottled'],
};

const xmlServices = ['s3', 'route53', 'sns', 'iam', 'sts', 'cloudformation'];

export interface ErrorAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** An error as the service itself would write it. */
export function errorAnswer(
  service: string,
  effect: Extract<Effect, { kind: 'answer' | 'throttle' }>,
): ErrorAnswer {
  const [throttleStatus, throttleCode] = throttles[service] ?? [400, 'ThrottlingException'];
  const status = effect.kind === 'throttle' ? throttleStatus : effect.status;
  const code = effect.kind === 'throttle' ? throttleCode : effect.errorCode;
  const message = (effect.kind === 'answer' ? effect.message : undefined) ?? 'Injected by the test.';
  if (!xmlServices.includes(service)) {
    return {
      status,
      headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-errortype': code },
      body: JSON.stringify({ __type: code, message }),
    };
  }
  const error = `<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  return {
    status,
    headers: { 'content-type': 'text/xml' },
    body: service === 's3' ? error : `<ErrorResponse>${error}<RequestId>injected</RequestId></ErrorResponse>`,
  };
}
