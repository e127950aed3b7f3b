import type { MiddlewareStack } from '@smithy/types';
import { type AwsClientConfig, AwsClients } from '../../../src/aws/clients.ts';

export interface AwsCall {
  /** As the SDK names the client: `Lambda`, `SQS`. */
  readonly service: string;
  readonly action: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** What becomes of a call; undefined: it is carried out. */
export type Disturbance =
  /** Our process dies, before the call is carried out or after: nothing that it calls from then on arrives. */
  | { readonly kind: 'crash'; readonly when: 'before' | 'after' }
  /** The connection breaks. */
  | { readonly kind: 'break'; readonly when: 'before' | 'after' }
  /** AWS turns it away. */
  | { readonly kind: 'refuse'; readonly why: 'throttled' | 'access-denied' }
  /** The connection breaks, and the call is carried out once `letIn` is called. */
  | { readonly kind: 'late'; readonly held: Held }
  /** Somebody else acts before the call arrives. */
  | { readonly kind: 'meanwhile'; readonly work: () => Promise<void> };

/** A call under way; it answers, or throws what the service throws. */
export type Serve = () => Promise<unknown>;

interface Sending {
  send(command: unknown, options?: { readonly abortSignal?: AbortSignal }): Promise<unknown>;
  readonly middlewareStack: MiddlewareStack<object, object>;
}

export class Held {
  #serve: Serve | undefined;

  hold(serve: Serve): void {
    this.#serve = serve;
  }

  /** Whether it still changed something: false where AWS turned it away. */
  async letIn(): Promise<boolean> {
    if (this.#serve === undefined) throw new Error('No call was held');
    return this.#serve().then(
      () => true,
      () => false,
    );
  }
}

/** Clients of one process of ours. A test sees every call at their edge, and decides what becomes of it. */
export class WatchedAws extends AwsClients {
  readonly calls: AwsCall[] = [];
  /** With which each request was to be cut off. */
  readonly signals: (AbortSignal | undefined)[] = [];
  disturb: (call: AwsCall, n: number) => Disturbance | undefined = () => undefined;
  readonly #answer: ((call: AwsCall) => unknown) | undefined;
  readonly #watched = new WeakSet<object>();
  #dead = false;

  /** `answer` stands in for AWS, and is given every attempt after the SDK's retry; without it calls go to the endpoint. */
  constructor(config: AwsClientConfig, answer?: (call: AwsCall) => unknown) {
    super({ maxAttempts: 2, ...config });
    this.#answer = answer;
  }

  override get<C extends { destroy(): void }>(client: new (config: never) => C): C {
    return this.#watch(super.get(client));
  }

  override sendingOnce<C extends { destroy(): void }>(client: new (config: never) => C): C {
    return this.#watch(super.sendingOnce(client));
  }

  #watch<C extends { destroy(): void }>(client: C): C {
    if (this.#watched.has(client)) return client;
    this.#watched.add(client);
    const sending = client as unknown as Sending;
    const send = sending.send.bind(client);
    sending.send = (command, options) => {
      this.signals.push(options?.abortSignal);
      // As the SDK's HTTP handler does, in whose place the answer is given.
      return options?.abortSignal?.aborted === true
        ? Promise.reject(Object.assign(new Error('Request aborted'), { name: 'AbortError' }))
        : send(command, options);
    };
    sending.middlewareStack.add(
      (next, context) => async (args) => {
        const { clientName = '', commandName = '' } = context as Readonly<Record<string, string>>;
        const call = {
          service: clientName.replace(/Client$/, ''),
          action: commandName.replace(/Command$/, ''),
          input: structuredClone(args.input) as AwsCall['input'],
        };
        return this.#carryOut(call, async () => {
          if (this.#answer === undefined) return next(args);
          const answer = structuredClone(await this.#answer(call)) as object;
          return { response: {}, output: { $metadata: { httpStatusCode: 200 }, ...answer } };
        }) as ReturnType<typeof next>;
      },
      { step: 'finalizeRequest', priority: 'low', name: 'watched' },
    );
    return client;
  }

  async #carryOut(call: AwsCall, serve: Serve): Promise<unknown> {
    if (this.#dead) throw new Crash();
    const disturbance = this.disturb(call, this.calls.length);
    this.calls.push(call);
    switch (disturbance?.kind) {
      case undefined:
        return serve();
      case 'crash':
        this.#dead = true;
        if (disturbance.when === 'after') await serve();
        throw new Crash();
      case 'break':
        if (disturbance.when === 'after') await serve();
        throw brokenConnection();
      case 'refuse':
        throw refusals[disturbance.why]();
      case 'late':
        disturbance.held.hold(serve);
        throw brokenConnection();
      case 'meanwhile':
        await disturbance.work();
        return serve();
    }
  }
}

/** Our process has died: nobody catches this but the test. */
export class Crash extends Error {
  override readonly name = 'Crash';
}

function brokenConnection(): Error {
  return Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
}

const refusals = {
  throttled: () => refusal('ThrottlingException', 400),
  'access-denied': () => refusal('AccessDeniedException', 403),
};

/** As the SDK throws what it has no class for. */
function refusal(name: string, httpStatusCode: number): Error {
  return Object.assign(new Error(`${name} by the test`), {
    name,
    $fault: 'client',
    $metadata: { httpStatusCode },
  });
}

export function changesSomething({ action, input }: AwsCall): boolean {
  return !/^(Get|List|Describe|Head)/.test(action) && !(action === 'Invoke' && asksToGet(input['Payload']));
}

/** The function for policies of roles is invoked to read, too. */
function asksToGet(payload: unknown): boolean {
  return typeof payload === 'string' && payload.startsWith('{"op":"get"');
}
