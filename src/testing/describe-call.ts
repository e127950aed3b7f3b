import { operationOf } from '../layer/calls/address.ts';
import { type OutboundCall, signerOf } from '../layer/calls/call.ts';
import type { JournalCall, JournalEntry } from './api.ts';

/** A call as a journal has it: nothing of its headers and its body. */
export function describeCall(call: OutboundCall, attempt: number): JournalCall {
  const service = signerOf(call)?.service;
  const operation = operationOf(call);
  const { method, host, port } = call;
  return {
    method,
    host,
    port,
    path: call.path.replace(/\?.*$/s, ''),
    ...(service !== undefined && { service }),
    ...(operation !== undefined && { operation }),
    attempt,
  };
}

/** "dynamodb GetItem", "GET prices.example.com/items": what is the same in every run. Ports of test servers are not. */
export function placeOf({ call, at }: Pick<JournalEntry, 'call' | 'at'>): string {
  if (call === undefined) return `the handler (${at ?? ''})`;
  if (call.service !== undefined) return `${call.service} ${call.operation ?? `${call.method} ${call.path}`}`;
  return `${call.method} ${call.host}${call.path}`;
}
