import type { Duplex } from 'node:stream';

/**
 * Holds back what a connection receives, from its first byte on, until `delay` resolves. The client's parser, its
 * timeouts and its view of a closed connection work on the late bytes as they would on a slow network, and the
 * connection stays taken meanwhile, as it would be.
 */
export function slowReads(socket: Duplex, delay: () => Promise<unknown>): void {
  const held: unknown[] = [];
  const before = Object.getOwnPropertyDescriptor(socket, 'push');
  const hold = (chunk: unknown): boolean => {
    if (held.push(chunk) === 1) void delay().then(release, release);
    return true;
  };
  const release = (): void => {
    if (socket.push !== hold) return;
    if (before === undefined) Reflect.deleteProperty(socket, 'push');
    else Object.defineProperty(socket, 'push', before);
    for (const chunk of held) {
      if (!socket.destroyed) socket.push(chunk);
    }
  };
  Object.defineProperty(socket, 'push', { value: hold, configurable: true, writable: true });
  socket.once('close', release);
}
