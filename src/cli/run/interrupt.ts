export interface InterruptHandlers {
  readonly first: () => Promise<void>;
  /** Before the process leaves. */
  readonly second: () => Promise<void>;
  readonly onError: (error: unknown) => void;
}

const left = 130;

/** Takes over Ctrl-C and a polite request to end, until the returned function is called. */
export function onInterrupt(handlers: InterruptHandlers): () => void {
  let count = 0;
  const onSignal = (): void => {
    count += 1;
    if (count === 1) handlers.first().catch(handlers.onError);
    else
      handlers
        .second()
        .catch(handlers.onError)
        .finally(() => process.exit(left));
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return () => {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  };
}
