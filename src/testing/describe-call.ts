import { awsCallOf, type OutboundCall } from '../layer/calls/call.ts';
import { lambdaRequest } from '../layer/calls/lambda-api.ts';
import type { JournalCall, JournalEntry } from './api.ts';

/** A call as a journal has it: nothing of its headers and its body. */
export function describeCall(call: OutboundCall, attempt: number): JournalCall {
  const aws = awsCallOf(call, (path) => lambdaRequest(call.method, path)?.operation);
  const { method, host, port } = call;
  return {
    method,
    host,
    port,
    path: call.path.replace(/\?.*$/s, ''),
    ...(aws !== undefined && { service: aws.service }),
    ...(aws?.operation !== undefined && { operation: aws.operation }),
    attempt,
  };
}

/** "dynamodb GetItem", "GET prices.example.com/items": what is the same in every run. Ports of test servers are not. */
export function placeOf({ call, at }: Pick<JournalEntry, 'call' | 'at'>): string {
  if (call === undefined) return `the handler (${at ?? ''})`;
  if (call.service !== undefined) return `${call.service} ${call.operation ?? `${call.method} ${call.path}`}`;
  return `${call.method} ${call.host}${call.path}`;
}
