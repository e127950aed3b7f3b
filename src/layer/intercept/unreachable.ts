import { constants } from 'node:os';
import type { OutboundCall } from '../calls/call.ts';
import type { Unreachable } from '../faults/module.ts';

/** What libuv says when a name does not exist (UV_EAI_NONAME); not among the system's own numbers. */
const NO_SUCH_NAME = -3008;

/** The error that Node gives to the client of a connection that fails like this. */
export function connectionError(how: Exclude<Unreachable['how'], 'blackhole'>, call: OutboundCall): Error {
  const { host, port } = call;
  switch (how) {
    case 'refused':
      return Object.assign(new Error(`connect ECONNREFUSED ${host}:${port}`), {
        errno: -constants.errno.ECONNREFUSED,
        code: 'ECONNREFUSED',
        syscall: 'connect',
        address: host,
        port,
      });
    case 'dns':
      return Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), {
        errno: NO_SUCH_NAME,
        code: 'ENOTFOUND',
        syscall: 'getaddrinfo',
        hostname: host,
      });
    case 'reset':
      return Object.assign(new Error('read ECONNRESET'), {
        errno: -constants.errno.ECONNRESET,
        code: 'ECONNRESET',
        syscall: 'read',
      });
  }
}
