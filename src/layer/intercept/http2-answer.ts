import { systemClock } from '../clock.ts';
import type { OutboundCall } from '../calls/call.ts';
import type { Answer } from '../faults/module.ts';
import type { HeldRequest } from './http2-hold.ts';

/** The flags of a HEADERS frame. */
const END_STREAM = 0x1;
const END_HEADERS = 0x4;

/**
 * Gives an answer to a request that was never sent: its stream takes the body in, and hands over headers and body in
 * the order in which they would come from the connection.
 */
export function answerStream(
  held: HeldRequest,
  answer: Answer,
  call: OutboundCall,
  answered: () => void,
): void {
  const { stream } = held;
  const respond = (): void => {
    if (stream.destroyed) return;
    answered();
    const body = Buffer.from(answer.body);
    const empty = call.method === 'HEAD' || body.length === 0;
    stream.once('end', () => stream.destroy());
    stream.emit('response', headersOf(answer, body.length), empty ? END_HEADERS | END_STREAM : END_HEADERS);
    if (stream.destroyed) return;
    if (!empty) stream.push(body);
    stream.push(null);
  };
  held.swallow();
  // A server may refuse what waits for "100 Continue", or sends for as long as it likes, without having seen its end.
  const open = call.header('expect') !== undefined || /eventstream/.test(call.header('content-type') ?? '');
  if (open || stream.writableFinished) setImmediate(respond);
  else stream.once('finish', respond);
}

function headersOf(answer: Answer, length: number): Record<string | symbol, unknown> {
  const http2 = process.getBuiltinModule('node:http2');
  const headers: Record<string | symbol, unknown> = { ':status': answer.status };
  for (const [name, value] of Object.entries(answer.headers)) headers[name.toLowerCase()] = value;
  headers['date'] = new Date(systemClock.now()).toUTCString();
  headers['content-length'] = String(length);
  headers[http2.sensitiveHeaders] = [];
  // As Node's own: there is nothing that a header's name could meet.
  Object.setPrototypeOf(headers, null);
  return headers;
}
