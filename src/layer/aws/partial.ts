import { randomUUID } from 'node:crypto';
import type { DependencyErrorFault } from '../../generated/types.ts';
import type { OutboundCall } from '../calls/call.ts';
import { sameResource } from '../calls/resource.ts';
import type { Draw } from '../draw.ts';
import type { Answer } from '../faults/module.ts';
import { canSendAgain, sendAgain } from './send-again.ts';
import { INTERNAL_FAILURE } from './written.ts';

/** Without a share of its own. */
export const ENTRIES = 0.5;

/** The two that the API reference of PutEvents calls retryable. */
const failures = [
  { ErrorCode: 'ThrottlingException', ErrorMessage: 'The request was denied due to request throttling.' },
  { ErrorCode: 'InternalFailure', ErrorMessage: INTERNAL_FAILURE },
] as const;

/**
 * The answer to a PutEvents call some of whose entries fail; undefined where none does. What is answered is what happens:
 * an entry that failed is never sent, and all others are sent by a call of our own, whose answers they get. Where that
 * cannot be signed as the function's call was, every entry fails that the fault may hit at all.
 */
export function partialFailure(
  fault: DependencyErrorFault,
  call: OutboundCall,
  body: string,
  draw: Draw,
): Answer | undefined {
  const request = read(body);
  if (request === undefined) return undefined;
  const { entries } = request;
  const mayFail = entries.map((entry) => goesTo(fault.resource, entry));
  const drawn = entries.map(
    (_, index) => mayFail[index] === true && draw(`entry ${index}`) < (fault.entries ?? ENTRIES),
  );
  if (!drawn.includes(true)) return undefined;
  const alone = !drawn.includes(false);
  if (alone || !canSendAgain(call)) {
    return alone || !mayFail.includes(false)
      ? answerOf(entries.map((_, index) => failed(draw, index)))
      : undefined;
  }
  const rest = { ...request.whole, Entries: entries.filter((_, index) => drawn[index] === false) };
  return {
    ...answerOf([]),
    later: async () => {
      const answer = await sendAgain(call, JSON.stringify(rest));
      const accepted = answer.status === 200 ? readResults(answer.body, rest.Entries.length) : undefined;
      if (accepted === undefined) return answer;
      return answerOf(drawn.map((fails, index) => (fails ? failed(draw, index) : accepted.shift())));
    },
  };
}

function answerOf(results: readonly unknown[]): Answer {
  const failedCount = results.filter((result) => isMapping(result) && 'ErrorCode' in result).length;
  return {
    status: 200,
    headers: { 'Content-Type': 'application/x-amz-json-1.1', 'x-amzn-RequestId': randomUUID() },
    body: JSON.stringify({ FailedEntryCount: failedCount, Entries: results }),
  };
}

function failed(draw: Draw, index: number): unknown {
  return draw(`code ${index}`) < 0.5 ? failures[0] : failures[1];
}

function goesTo(bus: string | undefined, entry: unknown): boolean {
  if (bus === undefined) return true;
  const name: unknown = isMapping(entry) ? (entry['EventBusName'] ?? 'default') : undefined;
  return typeof name === 'string' && sameResource('events', name, bus);
}

function read(
  body: string,
): { readonly whole: Readonly<Record<string, unknown>>; readonly entries: readonly unknown[] } | undefined {
  const whole = parsed(body);
  const entries: unknown = isMapping(whole) ? whole['Entries'] : undefined;
  return isMapping(whole) && Array.isArray(entries) && entries.length > 0 ? { whole, entries } : undefined;
}

/** One result for each entry that was sent; undefined where the answer has others. */
function readResults(body: string | Uint8Array, count: number): unknown[] | undefined {
  const answer = parsed(body.toString());
  const results: unknown = isMapping(answer) ? answer['Entries'] : undefined;
  return Array.isArray(results) && results.length === count ? [...(results as unknown[])] : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // no JSON: there are no entries in it
  }
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
