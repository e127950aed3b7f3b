import { systemClock } from '../clock.ts';
import type { OutboundCall } from '../calls/call.ts';
import type { BoundInjection } from './gate.ts';
import { member, underSymbol } from './peek.ts';
import { failHandler, startHandler } from './undici-answer.ts';
import type { Dispatched } from './undici-end.ts';

/** How long undici waits where nobody has said how long: for a connection, and for the headers of an answer. */
const CONNECT_TIMEOUT_MS = 10_000;
const HEADERS_TIMEOUT_MS = 300_000;

/**
 * Lets nothing come back. Undici's own timeouts run meanwhile, since what runs them in it is never reached: over a
 * connection that is open, the one for the headers; else the one for the connection.
 */
export async function blackhole(dispatched: Dispatched, injection: BoundInjection): Promise<void> {
  const { options, handler, dispatcher, call } = dispatched;
  const open = isConnected(dispatcher, options.origin);
  const timeoutMs = open ? headersTimeoutOf(dispatched) : connectTimeoutOf(dispatcher);
  let stop = (): void => undefined;
  const failed = new Promise<{ error: unknown }>((resolve) => {
    if (open) startHandler(handler, (error) => resolve({ error }));
    const timeout = open ? headersTimeout() : connectTimeout(call, timeoutMs);
    if (timeoutMs > 0) stop = systemClock.after(timeoutMs, () => resolve({ error: timeout }), true);
  });
  const end = await Promise.race([failed, injection.outlast()]);
  stop();
  if (end === undefined) dispatched.proceed();
  else failHandler(handler, end.error);
}

export function connectTimeout({ host, port }: OutboundCall, timeoutMs = CONNECT_TIMEOUT_MS): Error {
  const message = `Connect Timeout Error (attempted address: ${host}:${port}, timeout: ${timeoutMs}ms)`;
  return undiciError('ConnectTimeoutError', 'UND_ERR_CONNECT_TIMEOUT', message);
}

function headersTimeout(): Error {
  return undiciError('HeadersTimeoutError', 'UND_ERR_HEADERS_TIMEOUT', 'Headers Timeout Error');
}

/** As undici makes them; the symbols are what its classes know their instances by, in every copy. */
function undiciError(name: string, code: string, message: string): Error {
  return Object.assign(new Error(message), {
    name,
    code,
    [Symbol.for('undici.error.UND_ERR')]: true,
    [Symbol.for(`undici.error.${code}`)]: true,
  });
}

function headersTimeoutOf({ options, dispatcher }: Dispatched): number {
  const timeoutMs = options.headersTimeout ?? underSymbol(dispatcher, 'headers timeout');
  return typeof timeoutMs === 'number' ? timeoutMs : HEADERS_TIMEOUT_MS;
}

function connectTimeoutOf(dispatcher: object): number {
  const options = underSymbol(dispatcher, 'options');
  const timeoutMs = member(member(options, 'connect'), 'timeout') ?? member(options, 'connectTimeout');
  return typeof timeoutMs === 'number' ? timeoutMs : CONNECT_TIMEOUT_MS;
}

/** Whether a dispatcher has a connection to that place open. */
function isConnected(dispatcher: unknown, origin: unknown): boolean {
  const clients = underSymbol(dispatcher, 'clients');
  if (!(clients instanceof Map)) return Number(underSymbol(dispatcher, 'connected') ?? 0) > 0;
  for (const [key, client] of clients as Map<unknown, unknown>) {
    const [place] = String(key).split('#'); // undici 8 marks those for HTTP/1 only
    const inner = member(client, 'dispatcher') ?? client; // undici 7 counts beside it
    if (place === String(origin) && isConnected(inner, origin)) return true;
  }
  return false;
}
