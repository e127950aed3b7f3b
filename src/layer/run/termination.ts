import { isMainThread } from 'node:worker_threads';

/**
 * Does something before the process ends by SIGTERM, which Lambda sends where an extension is registered. The signal
 * ends the process afterwards as it would have without us, unless the function listens for it itself. Returns what
 * stops the listening.
 */
export function onTermination(work: () => Promise<void>): () => void {
  if (!isMainThread) return () => undefined; // signals do not reach worker threads
  const listener = (): void => {
    const others = process.listenerCount('SIGTERM');
    const end = (): void => {
      if (others === 0) process.kill(process.pid, 'SIGTERM');
    };
    work().then(end, end);
  };
  process.once('SIGTERM', listener);
  return () => {
    process.off('SIGTERM', listener);
  };
}
