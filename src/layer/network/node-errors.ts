import { constants } from 'node:os';

/** What libuv calls a host that the resolver does not know (UV_EAI_NONAME); not among the numbers of the system. */
const UV_EAI_NONAME = -3008;

/** Status of a connection attempt as the system gives it to Node. */
export const REFUSED = -constants.errno.ECONNREFUSED;
export const TIMED_OUT = -constants.errno.ETIMEDOUT;

/** The error that a connection ends with when the other side resets it: what Node makes of it, property by property. */
export function resetError(): Error {
  return Object.assign(new Error('read ECONNRESET'), {
    errno: -constants.errno.ECONNRESET,
    code: 'ECONNRESET',
    syscall: 'read',
  });
}

/** The error of dns.lookup, and so of a connection, for a name that is not known. */
export function unknownHost(hostname: string): Error {
  return Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), {
    errno: UV_EAI_NONAME,
    code: 'ENOTFOUND',
    syscall: 'getaddrinfo',
    hostname,
  });
}

/** The error of dns.resolve for a name that is not known. */
export function unknownName(syscall: string, hostname: string): Error {
  return Object.assign(new Error(`${syscall} ENOTFOUND ${hostname}`), {
    errno: undefined,
    code: 'ENOTFOUND',
    syscall,
    hostname,
  });
}
