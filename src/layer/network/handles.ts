import { Socket } from 'node:net';

/** Whether a socket still uses a handle: directly, or below TLS. */
export function isHandleOf(socket: Socket, handle: unknown): boolean {
  const own: unknown = Reflect.get(socket, '_handle');
  return (
    own === handle || (typeof own === 'object' && own !== null && Reflect.get(own, '_parent') === handle)
  );
}

/** The object on which all TCP handles have their methods; nothing is connected for it. */
export function prototypeOfHandles(): object {
  const probe = new Socket();
  probe.connect({ host: 'localhost', port: 1, lookup: () => undefined });
  const handle: unknown = Reflect.get(probe, '_handle');
  probe.destroy();
  if (typeof handle !== 'object' || handle === null) throw new Error("this Node's sockets have no handle");
  const prototype: unknown = Object.getPrototypeOf(handle);
  if (typeof prototype !== 'object' || prototype === null)
    throw new Error("this Node's handles have no methods");
  return prototype;
}
