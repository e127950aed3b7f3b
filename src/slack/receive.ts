import { createHash } from 'node:crypto';
import type { SlackHttpMessage, SlackWorkMessage } from '../generated/types.ts';
import { validateSlackActionsMessage } from '../generated/validate-slack-actions.js';
import { validateSlackCommandMessage } from '../generated/validate-slack-command.js';
import { validateSlackHttpMessage } from '../generated/validate-slack-http.js';
import { isSigned, maxAgeMs, signedAt, type SignedRequest } from './signature.ts';
import type { SigningSecret } from './signing-secret.ts';

export interface ReceivePorts {
  now(): number;
  readonly secret: SigningSecret;
  /** False where the same request was here before. It may be forgotten after that time. */
  firstTime(id: string, until: number): Promise<boolean>;
  /** To the function that does what is asked. */
  pass(work: SlackWorkMessage): Promise<void>;
}

/** What Lambda answers at the function's address. */
export interface HttpAnswer {
  readonly statusCode: 200 | 400 | 401;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The larger part of a payload is the message with its buttons; none of ours comes near this. */
const maxBodyBytes = 512 * 1024;

/** Whoever is not Slack learns nothing from the answer: not even which part was right. */
const unauthorized = answer(401);
const notUnderstood = answer(400);

/**
 * Takes a request at the public address: only what Slack has signed within the last minutes, and never before, goes on.
 * Slack waits three seconds for the answer, so that the work itself is done elsewhere.
 */
export async function receive(ports: ReceivePorts, event: unknown): Promise<HttpAnswer> {
  if (!validateSlackHttpMessage(event) || event.requestContext.http.method !== 'POST') return unauthorized;
  const request = requestOf(event);
  if (request === null) return unauthorized;
  const at = signedAt(request, ports.now());
  if (at === null || !(await isFromSlack(request, ports.secret))) return unauthorized;

  const asked = askedIn(request.body.toString('utf8'), event.headers);
  if (asked === null) return notUnderstood;
  if (asked === 'nothing') return answer(200);
  const id = createHash('sha256').update(`${request.timestamp}:`).update(request.body).digest('hex');
  // As long as its signature would be accepted, on whatever clock.
  if (!(await ports.firstTime(id, at + 2 * maxAgeMs))) return unauthorized;
  await ports.pass({ inoculate: 'slack-work/1', id, at, ...asked });
  // A button's message is changed or answered by the work itself.
  return asked.ask.kind === 'button'
    ? answer(200)
    : answer(200, { response_type: 'ephemeral', text: 'On it …' });
}

function answer(statusCode: HttpAnswer['statusCode'], body?: object): HttpAnswer {
  return body === undefined
    ? { statusCode, headers: {}, body: '' }
    : { statusCode, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

function requestOf({ headers, body = '', isBase64Encoded }: SlackHttpMessage): SignedRequest | null {
  const bytes = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
  if (bytes.length > maxBodyBytes) return null;
  return {
    timestamp: header(headers, 'x-slack-request-timestamp'),
    signature: header(headers, 'x-slack-signature'),
    body: bytes,
  };
}

/** The names of headers have no case; one that is there twice, in two cases, counts as missing. */
function header(headers: Readonly<Record<string, string>>, name: string): string | undefined {
  const found = Object.entries(headers).filter(([key]) => key.toLowerCase() === name);
  return found.length === 1 ? found[0]?.[1] : undefined;
}

async function isFromSlack(request: SignedRequest, secret: SigningSecret): Promise<boolean> {
  const known = await secret.current();
  if (known !== undefined && isSigned(request, known)) return true;
  const changed = await secret.changed();
  return changed !== undefined && isSigned(request, changed);
}

type Asked = Omit<SlackWorkMessage, 'inoculate' | 'id' | 'at'>;

/** Slack's form: a slash command's fields, or one field with a payload. Null where it cannot be understood. */
function askedIn(body: string, headers: Readonly<Record<string, string>>): Asked | 'nothing' | null {
  if (!/^application\/x-www-form-urlencoded(;|$)/i.test(header(headers, 'content-type') ?? '')) return null;
  const entries = [...new URLSearchParams(body)];
  const fields = Object.fromEntries(entries);
  if (Object.keys(fields).length !== entries.length) return null;
  // Slack tries the address now and then, to see whether its certificate is in order.
  if (fields['ssl_check'] === '1') return 'nothing';
  return fields['payload'] === undefined ? commandIn(fields) : buttonIn(fields['payload']);
}

function commandIn(fields: unknown): Asked | null {
  if (!validateSlackCommandMessage(fields)) return null;
  const { user_id: user, user_name: name = user, team_id: team, response_url: responseUrl } = fields;
  return {
    user,
    name,
    team,
    responseUrl,
    ask: { kind: 'command', command: fields.command, text: fields.text },
  };
}

function buttonIn(text: string): Asked | 'nothing' | null {
  const payload = parsed(text);
  if (!validateSlackActionsMessage(payload)) return null;
  const { user, response_url: responseUrl = null } = payload;
  const team = user.team_id ?? payload.team?.id;
  if (team === undefined) return null;
  // A link that looks like a button is told as well, and asks for nothing.
  const button = payload.actions.find(({ action_id: id }) => id.startsWith('inoculate:'));
  if (button?.value === undefined) return 'nothing';
  const ask = { kind: 'button', action: button.action_id, value: button.value } as const;
  return { user: user.id, name: user.name ?? user.username ?? user.id, team, responseUrl, ask };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
