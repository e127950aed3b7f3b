import { exitCodes } from '../exit-codes.ts';

export interface InterruptHandlers {
  readonly first: () => Promise<void>;
  /** Before the process leaves. */
  readonly second: () => Promise<void>;
  readonly onError: (error: unknown) => void;
}

/** Ctrl-C, and a polite request to end. Not SIGHUP: whoever uses nohup wants the run to go on. */
const signals = ['SIGINT', 'SIGTERM'] as const;

/** Takes over these signals, until the returned function is called. */
export function onInterrupt(handlers: InterruptHandlers): () => void {
  let count = 0;
  const onSignal = (): void => {
    count += 1;
    if (count === 1) handlers.first().catch(handlers.onError);
    else
      handlers
        .second()
        .catch(handlers.onError)
        .finally(() => process.exit(exitCodes.interrupted));
  };
  for (const signal of signals) process.on(signal, onSignal);
  return () => {
    for (const signal of signals) process.off(signal, onSignal);
  };
}
