import type { HandlerExecutionContext, MiddlewareStack } from '@smithy/types';

interface AnyClient {
  readonly middlewareStack: Pick<MiddlewareStack<object, object>, 'add'>;
}

/** What AWS would answer; the calls of a client that is given these never leave the process. */
export type Answers = (command: string, input: object) => object;

/** Counts the calls that clients of the AWS SDK make, each attempt of a repeated one. */
export class CallCount {
  readonly #calls: string[] = [];

  /** Counts what the client really sends. */
  watch(client: AnyClient): void {
    client.middlewareStack.add(
      (next, context) => (args) => {
        this.#calls.push(commandOf(context));
        return next(args);
      },
      // Within the repetitions of a call, which are calls themselves.
      { step: 'finalizeRequest', priority: 'low', name: 'callCount' },
    );
  }

  /** Answers in place of AWS, and counts. */
  answer(client: AnyClient, answers: Answers): void {
    client.middlewareStack.add(
      (_next, context) => (args) => {
        const command = commandOf(context);
        this.#calls.push(command);
        const metadata = { $metadata: { httpStatusCode: 200 } };
        return Promise.resolve({ response: {}, output: { ...metadata, ...answers(command, args.input) } });
      },
      { step: 'initialize', priority: 'high', name: 'callCount' },
    );
  }

  /** The calls since this was last asked, by the names of their commands. */
  take(): readonly string[] {
    return this.#calls.splice(0);
  }
}

/** How often each of them occurs, the most frequent first. */
export function byKind(calls: readonly string[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const call of calls) counts.set(call, (counts.get(call) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([, a], [, b]) => b - a));
}

/** Calls that only read: all others change something, or send something. */
export function isRead(call: string): boolean {
  return /^(Get|BatchGet|Query|List|Describe)/.test(call);
}

function commandOf({ commandName = '' }: HandlerExecutionContext): string {
  return commandName.replace(/Command$/, '');
}
