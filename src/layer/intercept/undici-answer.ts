import { STATUS_CODES } from 'node:http';
import { systemClock } from '../clock.ts';
import type { Answer } from '../faults/module.ts';
import { swallowBody, type DispatchOptions } from './undici-request.ts';

/**
 * Gives a dispatch handler an answer as undici would: by onRequestStart, onResponseStart, … where the handler has them
 * (undici 7), else by onConnect, onHeaders, … .
 */
export async function answerHandler(
  options: DispatchOptions,
  handler: object,
  answer: Answer,
  answered: () => void,
): Promise<void> {
  const abort = new AbortController();
  const stop = (reason?: unknown): void => abort.abort(reason ?? new Error('aborted'));
  const modern = typeof Reflect.get(handler, 'onRequestStart') === 'function';
  const controller = controllerOf(abort.signal, stop);
  if (modern) tell(handler, 'onRequestStart', controller, {});
  else tell(handler, 'onConnect', stop, null);
  await swallowBody(options.body);
  tell(handler, 'onBodySent');
  tell(handler, 'onRequestSent');
  if (abort.signal.aborted) return fail(handler, modern, controller, abort.signal.reason);
  answered();
  const text = STATUS_CODES[answer.status] ?? '';
  const body = options.method === 'HEAD' ? Buffer.alloc(0) : Buffer.from(answer.body);
  const headers: Record<string, string> = {
    ...answer.headers,
    date: new Date(systemClock.now()).toUTCString(),
    'content-length': String(body.length),
  };
  if (modern) {
    const lower = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
    );
    tell(handler, 'onResponseStart', controller, answer.status, lower, text);
    if (body.length > 0) tell(handler, 'onResponseData', controller, body);
    tell(handler, 'onResponseEnd', controller, {});
    return;
  }
  tell(handler, 'onResponseStarted');
  const raw = Object.entries(headers).flatMap(([name, value]) => [Buffer.from(name), Buffer.from(value)]);
  tell(handler, 'onHeaders', answer.status, raw, () => undefined, text);
  if (body.length > 0) tell(handler, 'onData', body);
  tell(handler, 'onComplete', []);
}

/** Fails a call before anything of it was sent, as undici does where there is no connection. */
export function failHandler(handler: object, error: Error): void {
  const modern = typeof Reflect.get(handler, 'onRequestStart') === 'function';
  const nothing = controllerOf(AbortSignal.abort(error), () => undefined);
  fail(handler, modern, nothing, error);
}

function fail(handler: object, modern: boolean, controller: object, reason: unknown): void {
  if (modern) tell(handler, 'onResponseError', controller, reason);
  else tell(handler, 'onError', reason);
}

/** What undici 7 gives to its handlers; nothing here can be paused, the whole answer is at hand. */
function controllerOf(signal: AbortSignal, abort: (reason?: unknown) => void): object {
  return {
    abort,
    pause: () => undefined,
    resume: () => undefined,
    paused: false,
    get aborted() {
      return signal.aborted;
    },
    get reason(): unknown {
      const reason: unknown = signal.reason;
      return reason;
    },
  };
}

function tell(handler: object, event: string, ...args: unknown[]): void {
  const listener: unknown = Reflect.get(handler, event);
  if (typeof listener === 'function') Reflect.apply(listener, handler, args);
}
