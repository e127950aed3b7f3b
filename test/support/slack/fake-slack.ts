import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text as bodyOf } from 'node:stream/consumers';
import { type Body, contentProblem, type Shown, Workspace } from './workspace.ts';

/** How Slack is, until told otherwise. `times`: so many requests, and then it is well again. */
export type Mood =
  | { readonly is: 'well' }
  | { readonly is: 'throttling'; readonly retryAfterS: number; readonly times?: number }
  | { readonly is: 'failing'; readonly status: number; readonly times?: number }
  /** The API answers 200 and `ok: false` with this code, a webhook 403 and the code alone. */
  | { readonly is: 'refusing'; readonly error: string; readonly times?: number }
  /** Takes requests and never answers. */
  | { readonly is: 'hanging'; readonly times?: number }
  /** Does what it is asked, and then breaks the connection instead of answering. */
  | { readonly is: 'losing-answers'; readonly times?: number };

/** One request, and what became of it. */
export interface Received {
  /** `chat.postMessage`, `webhook:chaos`, `response_url`. */
  readonly what: string;
  readonly body: Body;
  /** `ok`, Slack's word for what was wrong, or how it failed. */
  readonly outcome: string;
  /** Places of what Slack refuses in blocks. */
  readonly problems: readonly string[];
}

/** https://docs.slack.dev/interactivity/handling-user-interaction: five times within half an hour. */
const maxResponses = 5;

/** Methods that take JSON: https://docs.slack.dev/apis/web-api. The others take forms alone. */
const jsonMethods = ['chat.postMessage', 'chat.update', 'auth.test'];

/**
 * Slack, as far as we speak to it: a real HTTP server that refuses what Slack refuses, and fails as it is told to.
 * `close` ends it.
 */
export class FakeSlack {
  readonly workspace = new Workspace();
  readonly token = 'xoxb-1111-2222-aFakeTokenThatNobodyMaySee';
  readonly received: Received[] = [];
  readonly #server: Server;
  readonly #webhooks = new Map<string, string>();
  readonly #responses = new Map<string, Body[]>();
  #port = 0;
  #mood: Mood = { is: 'well' };
  #moodLeft = Infinity;

  private constructor() {
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => response.destroy(error as Error));
    });
  }

  static async start(): Promise<FakeSlack> {
    const slack = new FakeSlack();
    await slack.#listen();
    return slack;
  }

  /** For `INOCULATE_SLACK_API`. */
  get baseUrl(): string {
    return `${this.#origin}/api`;
  }

  /** The address of an incoming webhook of a channel; the same each time. */
  webhookUrl(channel: string): string {
    const known = [...this.#webhooks].find(([, name]) => name === channel)?.[0];
    const path = known ?? `/services/T000000001/B${this.#webhooks.size + 1}/aSecretThatNobodyMaySee`;
    this.#webhooks.set(path, channel);
    return `${this.#origin}${path}`;
  }

  revokeWebhook(channel: string): void {
    for (const [path, name] of this.#webhooks) if (name === channel) this.#webhooks.delete(path);
  }

  /** A new `response_url`, as a command or a button carries one. */
  responseUrl(): string {
    const path = `/commands/T000000001/${this.#responses.size + 1}/responses`;
    this.#responses.set(path, []);
    return `${this.#origin}${path}`;
  }

  /** What was posted to it. */
  responsesTo(responseUrl: string): readonly Body[] {
    return this.#responses.get(new URL(responseUrl).pathname) ?? [];
  }

  channel(name: string): readonly Shown[] {
    return this.workspace.channel(name);
  }

  /** Every request that Slack itself would have refused: a test that expects none asserts that this is empty. */
  refusals(): readonly Received[] {
    return this.received.filter(({ outcome }) => !/^(ok|mood:.*)$/.test(outcome));
  }

  be(mood: Mood): void {
    this.#mood = mood;
    this.#moodLeft = 'times' in mood && mood.times !== undefined ? mood.times : Infinity;
  }

  /** Connections are refused until `up`. */
  async down(): Promise<void> {
    this.#server.closeAllConnections();
    if (this.#server.listening) {
      this.#server.close();
      await once(this.#server, 'close');
    }
  }

  async up(): Promise<void> {
    if (!this.#server.listening) await this.#listen();
  }

  async close(): Promise<void> {
    await this.down();
  }

  get #origin(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async #listen(): Promise<void> {
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', this.#origin).pathname;
    const sent = await bodyOf(request);
    const mood = this.#takeMood();
    if (mood.is !== 'well' && mood.is !== 'losing-answers') {
      this.#record(path, {}, `mood:${mood.is}`);
      return failAs(mood, response, path.startsWith('/api/'));
    }
    const reply = this.#reply(path, request, sent);
    if (mood.is === 'losing-answers') {
      response.destroy();
      return;
    }
    response.writeHead(reply.status, { 'content-type': reply.type });
    response.end(reply.text);
  }

  #takeMood(): Mood {
    if (this.#moodLeft <= 0) this.be({ is: 'well' });
    this.#moodLeft -= 1;
    return this.#mood;
  }

  #reply(path: string, request: IncomingMessage, sent: string): Reply {
    if (request.method !== 'POST') return word(405, 'method_not_allowed');
    const method = /^\/api\/([a-zA-Z.]+)$/.exec(path)?.[1];
    if (method !== undefined) return this.#method(method, request, sent);
    const body = parsedJson(sent);
    if (this.#responses.has(path)) return this.#respond(path, body);
    const channel = this.#webhooks.get(path);
    if (channel === undefined) {
      this.#record('webhook', body ?? {}, 'no_service');
      return word(404, 'no_service');
    }
    const wrong = body === undefined ? invalidPayload : this.workspace.webhook(channel, body);
    this.#record(`webhook:${channel}`, body ?? {}, wrong?.word ?? 'ok', problemsIn(body));
    return wrong === undefined ? word(200, 'ok') : word(wrong.status, wrong.word);
  }

  #method(method: string, request: IncomingMessage, sent: string): Reply {
    const type = request.headers['content-type'] ?? '';
    const answer = this.#authorised(request) ?? this.#called(method, type, sent);
    const outcome = answer.answer.ok ? 'ok' : String(answer.answer['error']);
    this.#record(method, answer.body, outcome, problemsIn(answer.body));
    return { status: 200, type: 'application/json; charset=utf-8', text: JSON.stringify(answer.answer) };
  }

  #authorised(request: IncomingMessage): Called | undefined {
    const { authorization } = request.headers;
    if (authorization === `Bearer ${this.token}`) return undefined;
    return {
      body: {},
      answer: { ok: false, error: authorization === undefined ? 'not_authed' : 'invalid_auth' },
    };
  }

  #called(method: string, type: string, sent: string): Called {
    const json = type.startsWith('application/json');
    if (!json && !type.startsWith('application/x-www-form-urlencoded'))
      return { body: {}, answer: { ok: false, error: 'invalid_post_type' } };
    // A method that takes no JSON finds no argument in it.
    const body = !json ? fieldsOf(sent) : jsonMethods.includes(method) ? parsedJson(sent) : {};
    if (body === undefined) return { body: {}, answer: { ok: false, error: 'invalid_json' } };
    return { body, answer: this.workspace.call(method, body) };
  }

  #respond(path: string, body: Body | undefined): Reply {
    const earlier = this.#responses.get(path) ?? [];
    const deletes = body?.['delete_original'] === true;
    const wrong = body === undefined || deletes ? undefined : contentProblem(body);
    const outcome =
      body === undefined
        ? 'invalid_payload'
        : earlier.length >= maxResponses
          ? 'used_url'
          : wrong === undefined
            ? 'ok'
            : String(wrong['error']);
    this.#record('response_url', body ?? {}, outcome, problemsIn(body));
    if (outcome === 'ok' && body !== undefined) earlier.push(body);
    return outcome === 'ok' ? word(200, 'ok') : word(outcome === 'used_url' ? 404 : 400, outcome);
  }

  #record(what: string, body: Body, outcome: string, problems: readonly string[] = []): void {
    this.received.push({ what, body, outcome, problems });
  }
}

interface Called {
  readonly body: Body;
  readonly answer: Readonly<Record<string, unknown>> & { readonly ok: boolean };
}

interface Reply {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

const invalidPayload = { status: 400, word: 'invalid_payload' } as const;
const word = (status: number, text: string): Reply => ({ status, type: 'text/html', text });

function failAs(
  mood: Exclude<Mood, { is: 'well' | 'losing-answers' }>,
  response: ServerResponse,
  isApi: boolean,
): void {
  switch (mood.is) {
    case 'throttling':
      response.writeHead(429, {
        'retry-after': String(mood.retryAfterS),
        'content-type': 'application/json',
      });
      response.end(JSON.stringify({ ok: false, error: 'ratelimited' }));
      return;
    case 'failing':
      response.writeHead(mood.status);
      response.end('<html>an error page</html>');
      return;
    case 'refusing':
      response.writeHead(isApi ? 200 : 403, { 'content-type': isApi ? 'application/json' : 'text/html' });
      response.end(isApi ? JSON.stringify({ ok: false, error: mood.error }) : mood.error);
      return;
    case 'hanging':
      return;
  }
}

function problemsIn(body: Body | undefined): readonly string[] {
  const errors = body === undefined ? undefined : contentProblem(body)?.['errors'];
  return Array.isArray(errors) ? errors.map(String) : [];
}

function parsedJson(sent: string): Body | undefined {
  try {
    const body: unknown = JSON.parse(sent);
    return typeof body === 'object' && body !== null && !Array.isArray(body) ? { ...body } : undefined;
  } catch {
    return undefined;
  }
}

/** In a form, what is structured is JSON. */
function fieldsOf(sent: string): Body {
  return Object.fromEntries(
    [...new URLSearchParams(sent)].map(([name, value]) => {
      if (name !== 'blocks') return [name, value];
      try {
        return [name, JSON.parse(value) as unknown];
      } catch {
        return [name, value];
      }
    }),
  );
}
