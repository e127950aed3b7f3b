import { systemClock } from '../clock.ts';
import { signerOf, type OutboundCall } from '../calls/call.ts';
import type { Answer } from '../faults/module.ts';
import { logOnce, reasonOf } from '../log.ts';
import { senderTo } from '../store/request.ts';
import { readCredentials, signed } from '../store/signature.ts';
import { INTERNAL_FAILURE } from './written.ts';

/** A call that takes longer has failed. */
const DEADLINE_MS = 10_000;

/** Whether a call can be made again with another body: if it was signed, for one Region, with the function's own key. */
export function canSendAgain(call: OutboundCall): boolean {
  const ownKey = process.env['AWS_ACCESS_KEY_ID'];
  return (
    call.secure !== undefined &&
    call.method === 'POST' &&
    call.path === '/' &&
    (call.header('authorization') ?? '').startsWith('AWS4-HMAC-SHA256 ') &&
    ownKey !== undefined &&
    signerOf(call)?.accessKeyId === ownKey
  );
}

/** Makes a call of the function again with another body, below interception, and gives the answer. Never throws. */
export async function sendAgain(call: OutboundCall, body: string): Promise<Answer> {
  try {
    const { service = '', region = '' } = signerOf(call) ?? {};
    const sender = senderTo(`${call.secure === true ? 'https' : 'http'}://${call.host}:${call.port}`, false);
    const headers = { host: sender.host, ...copied(call) };
    const request = { method: 'POST', path: '/', headers, body };
    const credentials = readCredentials(process.env);
    const response = await sender.post(
      signed(request, credentials, region, service, systemClock.now()),
      body,
      DEADLINE_MS,
    );
    return { status: response.status, headers: textHeaders(response.headers), body: response.body };
  } catch (error) {
    // Whether anything has arrived is unknown, as with any call that breaks: the client may try again.
    logOnce(`the rest of a call that fails in part could not be sent: ${reasonOf(error)}`);
    return {
      status: 500,
      headers: { 'Content-Type': 'application/x-amz-json-1.1' },
      body: JSON.stringify({ __type: 'InternalFailure', message: INTERNAL_FAILURE }),
    };
  }
}

function copied(call: OutboundCall): Record<string, string> {
  const names = ['content-type', 'x-amz-target', 'user-agent', 'x-amzn-trace-id'];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = call.header(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** Without what belongs to the connection over which they came. */
function textHeaders(headers: Readonly<NodeJS.Dict<string | string[]>>): Record<string, string> {
  const ofConnection = new Set(['connection', 'content-length', 'date', 'keep-alive', 'transfer-encoding']);
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      typeof value === 'string' && !ofConnection.has(name) ? [[name, value]] : [],
    ),
  );
}
