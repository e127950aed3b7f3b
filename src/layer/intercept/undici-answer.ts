import { STATUS_CODES } from 'node:http';
import { systemClock } from '../clock.ts';
import type { Answer } from '../faults/module.ts';
import { swallowBody, type DispatchOptions } from './undici-request.ts';

/**
 * Gives a dispatch handler an answer as undici would: by onRequestStart, onResponseStart, … where the handler has them
 * (undici 7), else by onConnect, onHeaders, … ; and no further than it wants at a time.
 */
export async function answerHandler(
  options: DispatchOptions,
  handler: object,
  answer: Answer,
  answered: () => void,
): Promise<void> {
  const flow = new Flow();
  if (isModern(handler)) tell(handler, 'onRequestStart', flow, {});
  else tell(handler, 'onConnect', (reason?: unknown) => flow.abort(reason), null);
  await swallowBody(options.body);
  tell(handler, 'onBodySent');
  tell(handler, 'onRequestSent');
  if (flow.aborted) return fail(handler, flow, flow.reason);
  answered();
  for (const step of stepsOf(options, handler, answer, flow)) {
    if (flow.paused) await flow.flowing();
    if (flow.aborted) return fail(handler, flow, flow.reason);
    try {
      step();
    } catch (error) {
      return fail(handler, flow, error); // it will not have this answer: undici breaks off for it
    }
  }
}

function stepsOf(options: DispatchOptions, handler: object, answer: Answer, flow: Flow): (() => void)[] {
  const text = STATUS_CODES[answer.status] ?? '';
  const body = options.method === 'HEAD' ? Buffer.alloc(0) : Buffer.from(answer.body);
  const headers: [string, string][] = Object.entries({
    ...answer.headers,
    date: new Date(systemClock.now()).toUTCString(),
    'content-length': String(body.length),
  });
  if (isModern(handler)) {
    const lower = Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value]));
    return [
      () => tell(handler, 'onResponseStart', flow, answer.status, lower, text),
      ...(body.length > 0 ? [() => tell(handler, 'onResponseData', flow, body)] : []),
      () => tell(handler, 'onResponseEnd', flow, {}),
    ];
  }
  const raw = headers.flatMap(([name, value]) => [Buffer.from(name), Buffer.from(value)]);
  const unlessFull = (more: unknown): void => {
    if (more === false) flow.pause();
  };
  return [
    () => tell(handler, 'onResponseStarted'),
    () => unlessFull(tell(handler, 'onHeaders', answer.status, raw, () => flow.resume(), text)),
    ...(body.length > 0 ? [() => unlessFull(tell(handler, 'onData', body))] : []),
    () => tell(handler, 'onComplete', []),
  ];
}

/** Fails a call that has no answer, as undici does where there is no connection. */
export function failHandler(handler: object, error: unknown): void {
  fail(handler, new Flow(), error);
}

/** Tells a handler that its request goes out; `aborted` is called if its caller gives up. */
export function startHandler(handler: object, aborted: (reason: unknown) => void): void {
  const flow = new Flow(aborted);
  if (isModern(handler)) tell(handler, 'onRequestStart', flow, {});
  else tell(handler, 'onConnect', (reason?: unknown) => flow.abort(reason), null);
}

/** Whether a handler wants to be told by the events of undici 7. */
export function isModern(handler: object): boolean {
  return typeof Reflect.get(handler, 'onRequestStart') === 'function';
}

function fail(handler: object, flow: Flow, reason: unknown): void {
  if (isModern(handler)) tell(handler, 'onResponseError', flow, reason);
  else tell(handler, 'onError', reason);
}

/** What undici 7 gives to its handlers to hold an answer back, or to give up. */
class Flow {
  paused = false;
  aborted = false;
  reason: unknown = null;
  readonly #onAbort: (reason: unknown) => void;
  #flow = (): void => undefined;

  constructor(onAbort: (reason: unknown) => void = () => undefined) {
    this.#onAbort = onAbort;
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
    this.#flow();
  }

  abort(reason?: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason ?? new Error('aborted');
    this.#onAbort(this.reason);
    this.#flow();
  }

  /** When it goes on, or is given up. */
  flowing(): Promise<void> {
    return new Promise((resolve) => (this.#flow = resolve));
  }
}

function tell(handler: object, event: string, ...args: unknown[]): unknown {
  const listener: unknown = Reflect.get(handler, event);
  return typeof listener === 'function' ? Reflect.apply(listener, handler, args) : undefined;
}
