import type { ClientHttp2Session } from 'node:http2';
import type { OutboundCall } from '../calls/call.ts';
import { underSymbol } from './peek.ts';

/** The call that a client asks its session for: headers as an object or, since Node 24, as [name, value, …]. */
export function callOfHttp2(session: ClientHttp2Session, headers: unknown): OutboundCall {
  const read = readHeaders(headers);
  const secure = session.encrypted === true || read.get(':scheme') === 'https';
  // Where the session is connected to, not what the request calls it.
  const authority = authorityOf(session) ?? read.get(':authority') ?? read.get('host') ?? '';
  const [, host = '', port] = /^(.*?)(?::(\d+))?$/.exec(authority) ?? [];
  return {
    method: (read.get(':method') ?? 'GET').toUpperCase(),
    host: host.toLowerCase().replace(/^\[|\]$/g, ''),
    secure,
    port: Number(port) || (secure ? 443 : 80),
    path: read.get(':path') ?? '/',
    header: (name) => read.get(name),
    connects: session.connecting,
  };
}

/** "host:port", as the session keeps it. */
function authorityOf(session: ClientHttp2Session): string | undefined {
  const authority = underSymbol(session, 'authority');
  return typeof authority === 'string' ? authority : undefined;
}

function readHeaders(headers: unknown): Map<string, string> {
  const read = new Map<string, string>();
  if (typeof headers !== 'object' || headers === null) return read;
  const flat: unknown[] = Array.isArray(headers) ? headers : Object.entries(headers).flat();
  for (let at = 0; at + 1 < flat.length; at += 2) {
    const value = flat[at + 1];
    if (typeof value === 'string' || typeof value === 'number' || Array.isArray(value))
      read.set(String(flat[at]).toLowerCase(), String(value));
  }
  return read;
}
