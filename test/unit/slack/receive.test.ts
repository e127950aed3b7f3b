import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { SlackWorkMessage } from '../../../src/generated/types.ts';
import { validateSlackWorkMessage } from '../../../src/generated/validate-slack-work.js';
import { type HttpAnswer, receive, type ReceivePorts } from '../../../src/slack/receive.ts';
import { signingSecret } from '../../../src/slack/signing-secret.ts';
import { buttonForm, commandForm, documented, recorded, slackHeaders } from '../../support/slack/signed.ts';

const { secret, timestamp, signature, body } = documented;
const signedMs = Number(timestamp) * 1000;
const minuteMs = 60_000;
const form = 'application/x-www-form-urlencoded';

interface Request {
  readonly headers: Record<string, string>;
  readonly body?: string;
  readonly isBase64Encoded: boolean;
  readonly requestContext: { readonly http: { readonly method: string } };
}

let now = signedMs;
let stored: string | undefined = secret;
let reads = 0;
let seen = new Set<string>();
let passed: SlackWorkMessage[] = [];
let ports: ReceivePorts;

beforeEach(() => {
  now = signedMs;
  stored = secret;
  reads = 0;
  seen = new Set();
  passed = [];
  ports = {
    now: () => now,
    secret: signingSecret(
      () => {
        reads += 1;
        return Promise.resolve(stored);
      },
      () => now,
    ),
    firstTime: (id) => Promise.resolve(!seen.has(id) && seen.add(id).has(id)),
    pass: (work) => Promise.resolve(void passed.push(work)),
  };
});

/** As Lambda hands over a request at the function's address. */
function request(text: string, headers: Record<string, string>): Request {
  return {
    headers: { host: 'abc.lambda-url.eu-central-1.on.aws', ...headers },
    body: text,
    isBase64Encoded: false,
    requestContext: { http: { method: 'POST' } },
  };
}

const documentedRequest = (): Request =>
  request(body, {
    'content-type': form,
    'x-slack-request-timestamp': timestamp,
    'x-slack-signature': signature,
  });
const signed = (text: string, at = now, by = secret): Request => request(text, slackHeaders(text, by, at));
const status = async (event: unknown): Promise<HttpAnswer['statusCode']> =>
  (await receive(ports, event)).statusCode;

describe('the signature', () => {
  it("is right for Slack's own example", async () => {
    const answer = await receive(ports, documentedRequest());
    expect(answer.statusCode).toBe(200);
    expect(JSON.parse(answer.body)).toEqual({ response_type: 'ephemeral', text: 'On it …' });
    expect(passed).toEqual([
      {
        inoculate: 'slack-work/1',
        id: expect.stringMatching(/^[0-9a-f]{64}$/),
        at: signedMs,
        user: 'U2CERLKJA',
        name: 'roadrunner',
        team: 'T1DC2JH3J',
        responseUrl: 'https://hooks.slack.com/commands/T1DC2JH3J/397700885554/96rGlfmibIGlgcZRskXaIFfN',
        ask: { kind: 'command', command: '/webhook-collect', text: '' },
      },
    ]);
  });

  it('is right for the same bytes in base64', async () => {
    const event = {
      ...documentedRequest(),
      body: Buffer.from(body).toString('base64'),
      isBase64Encoded: true,
    };
    expect(await status(event)).toBe(200);
  });

  it('is right whatever the case of the names of its headers', async () => {
    const upper = (text: string): string => text.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(upper, (text: string) => text.toUpperCase()),
        async (change) => {
          seen = new Set();
          const event = documentedRequest();
          const headers = Object.fromEntries(
            Object.entries(event.headers).map(([name, value]) => [change(name), value]),
          );
          expect(await status({ ...event, headers })).toBe(200);
        },
      ),
    );
  });

  it('is wrong for each of 1,000 changed requests', async () => {
    let tried = 0;
    await fc.assert(
      fc.asyncProperty(mutations, async (mutate) => {
        const event = documentedRequest();
        const changed = mutate(event);
        // A change that gives the same request is none.
        fc.pre(JSON.stringify(changed) !== JSON.stringify(event));
        tried += 1;
        const answer = await receive(ports, changed);
        expect(answer).toEqual({ statusCode: 401, headers: {}, body: '' });
      }),
      { numRuns: 1_000 },
    );
    expect(tried).toBeGreaterThanOrEqual(1_000);
    expect(passed).toEqual([]);
    expect(seen.size).toBe(0);
  }, 30_000);

  it('is wrong with another secret, and with none stored', async () => {
    expect(await status(signed(body, now, 'another'))).toBe(401);
    stored = undefined;
    now += 10 * minuteMs;
    expect(await status(signed(body))).toBe(401);
    stored = '';
    now += 10 * minuteMs;
    expect(await status(signed(body, now, ''))).toBe(401);
  });

  it.each([
    ['five minutes old', 5 * minuteMs, 200],
    ['older', 5 * minuteMs + 1_000, 401],
    ['five minutes early', -5 * minuteMs, 200],
    ['earlier', -5 * minuteMs - 1_000, 401],
  ])('of a request that is %s', async (_, laterMs, expected) => {
    now = signedMs + laterMs;
    expect(await status(documentedRequest())).toBe(expected);
  });

  it('is asked for: a request without it, without a time, without a body, or not by POST is refused', async () => {
    const event = documentedRequest();
    for (const name of ['x-slack-signature', 'x-slack-request-timestamp']) {
      const { [name]: _, ...headers } = event.headers;
      expect(await status({ ...event, headers })).toBe(401);
    }
    const { body: _, ...without } = event;
    expect(await status(without)).toBe(401);
    expect(await status({ ...event, requestContext: { http: { method: 'GET' } } })).toBe(401);
    for (const nonsense of [undefined, null, 7, 'x', [], {}, { headers: null }])
      expect(await status(nonsense)).toBe(401);
    expect(reads).toBeLessThanOrEqual(1);
  });

  it('counts once: a header that is there twice, in two cases, is no header', async () => {
    const event = documentedRequest();
    const headers = { ...event.headers, 'X-Slack-Signature': `v0=${'0'.repeat(64)}` };
    expect(await status({ ...event, headers })).toBe(401);
  });

  it('is not even looked at where the body is huge', async () => {
    const huge = `${body}&padding=${'x'.repeat(600_000)}`;
    expect(await status(signed(huge))).toBe(401);
    expect(reads).toBe(0);
  });
});

describe('a replay', () => {
  it('is refused, also as other bytes of the same form', async () => {
    expect(await status(documentedRequest())).toBe(200);
    expect(await status(documentedRequest())).toBe(401);
    const encoded = {
      ...documentedRequest(),
      body: Buffer.from(body).toString('base64'),
      isBase64Encoded: true,
    };
    expect(await status(encoded)).toBe(401);
    expect(passed).toHaveLength(1);
  });

  it('is remembered for as long as its signature would be accepted', async () => {
    let until = 0;
    ports = { ...ports, firstTime: (_, time) => Promise.resolve((until = time) > 0) };
    now = signedMs - 5 * minuteMs;
    await receive(ports, documentedRequest());
    expect(until).toBeGreaterThanOrEqual(signedMs + 5 * minuteMs);
  });

  it('is no matter of a request whose work could not be handed on: it fails, Slack tells the user, who asks again', async () => {
    ports = { ...ports, pass: () => Promise.reject(new Error('the queue is down')) };
    await expect(receive(ports, documentedRequest())).rejects.toThrow('the queue is down');
  });
});

describe('a changed secret', () => {
  it('is read anew at the first signature that is wrong, and no more often than each 30 s', async () => {
    expect(await status(documentedRequest())).toBe(200);
    stored = 'rotated';
    now += 31_000;
    expect(await status(signed(commandForm({ text: 'a' }), now, 'rotated'))).toBe(200);
    expect(reads).toBe(2);
    for (let second = 0; second < 29; second += 1) {
      now += 1_000;
      expect(await status(signed(commandForm({ text: 'b' }), now, 'wrong'))).toBe(401);
    }
    expect(reads).toBe(2);
    now += 2_000;
    expect(await status(signed(commandForm({ text: 'c' }), now, 'wrong'))).toBe(401);
    expect(reads).toBe(3);
  });

  it('is used after five minutes in any case, and the old one no more', async () => {
    expect(await status(documentedRequest())).toBe(200);
    stored = 'rotated';
    now += 5 * minuteMs + 1_000;
    expect(await status(signed(commandForm({ text: 'a' }), now, secret))).toBe(401);
    expect(await status(signed(commandForm({ text: 'a' }), now, 'rotated'))).toBe(200);
  });

  it('is not asked for by those who find none', async () => {
    stored = undefined;
    for (let again = 0; again < 100; again += 1) expect(await status(signed(body))).toBe(401);
    expect(reads).toBe(1);
  });
});

describe('what Slack signed', () => {
  it('is a pressed button', async () => {
    const answer = await receive(ports, signed(buttonForm()));
    expect(answer).toEqual({ statusCode: 200, headers: {}, body: '' });
    expect(passed).toMatchObject([
      {
        user: 'U2CERLKJA',
        name: 'roadrunner',
        team: 'T1DC2JH3J',
        ask: { kind: 'button', action: 'inoculate:approve', value: expect.stringContaining('button/1') },
      },
    ]);
  });

  it.each<[string, string, number]>([
    ['a button of nobody known', buttonForm({ actions: [{ action_id: 'link', type: 'button' }] }), 200],
    ['a button in a whole organisation', buttonForm({ team: null, user: { id: 'W1', team_id: 'E1' } }), 200],
    ['no team at all', buttonForm({ team: null, user: { id: 'W1' } }), 400],
    ['no user', buttonForm({ user: {} }), 400],
    ['another interaction', buttonForm({ type: 'view_submission' }), 400],
    ['no JSON', new URLSearchParams({ payload: '{' }).toString(), 400],
    ['a field twice', `${body}&user_id=U999`, 400],
    ['no user id', commandForm({ user_id: '' }), 400],
    ['too long a text', commandForm({ text: 'x'.repeat(3_001) }), 400],
    ['an address that is none', commandForm({ response_url: 'javascript:x' }), 400],
    ['a look at the certificate', 'ssl_check=1&token=x', 200],
    ['nothing', '', 400],
  ])('with %s is answered with its status', async (_, text, expected) => {
    expect(await status(signed(text))).toBe(expected);
    expect(passed.length).toBeLessThanOrEqual(expected === 200 ? 1 : 0);
  });

  it('is a form and nothing else', async () => {
    const event = signed(body);
    expect(
      await status({ ...event, headers: { ...event.headers, 'content-type': 'application/json' } }),
    ).toBe(400);
    const utf8 = { ...event.headers, 'content-type': `${form}; charset=utf-8` };
    expect(await status({ ...event, headers: utf8 })).toBe(200);
  });

  it('whatever it holds, is answered, and what goes on is well-formed', async () => {
    const scalars = fc.oneof(fc.string(), fc.integer(), fc.constant(null), fc.boolean(), fc.object());
    const payloads = fc.record(
      Object.fromEntries(
        ['type', 'user', 'team', 'response_url', 'actions'].map((name) => [name, scalars] as const),
      ),
      { requiredKeys: [] },
    );
    const texts = fc.oneof(
      payloads.map((change) => buttonForm(change)),
      fc.string().map((text) => new URLSearchParams({ payload: text }).toString()),
      fc
        .dictionary(fc.constantFrom('text', 'user_id', 'team_id', 'user_name', 'command'), fc.string())
        .map(commandForm),
    );
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        passed = [];
        expect([200, 400, 401]).toContain(await status(signed(text)));
        for (const work of passed) expect([validateSlackWorkMessage(work), work]).toEqual([true, work]);
      }),
      { numRuns: 500 },
    );
  });

  it('has the documented example of a button among its fixtures', () => {
    expect(JSON.parse(recorded('block-actions.json'))).toMatchObject({ type: 'block_actions' });
  });
});

const place = (text: string): fc.Arbitrary<number> => fc.nat({ max: Math.max(0, text.length - 1) });
const replaced = (text: string, at: number, by: string): string =>
  text.slice(0, at) + by + text.slice(at + 1);
const character = fc.constantFrom(...'0123456789abcdefABCDEF=&%+v: \n\u0000é');
const changedText = (text: string): fc.Arbitrary<string> =>
  fc.oneof(
    fc.tuple(place(text), character).map(([at, by]) => replaced(text, at, by)),
    place(text).map((at) => text.slice(0, at) + text.slice(at + 1)),
    fc.tuple(place(text), character).map(([at, by]) => text.slice(0, at) + by + text.slice(at)),
    fc
      .tuple(place(text), place(text))
      .map(([from, to]) => text.slice(Math.min(from, to), Math.max(from, to))),
    character.map((more) => text + more),
    fc.string().filter((other) => other !== text),
  );
const header = (name: string, value: string) => (event: Request) => ({
  ...event,
  headers: { ...event.headers, [name]: value },
});

/** Any change of the body, the time or the signature. */
const mutations: fc.Arbitrary<(event: Request) => unknown> = fc.oneof(
  changedText(body).map((text) => (event: Request) => ({ ...event, body: text })),
  changedText(timestamp).map((text) => header('x-slack-request-timestamp', text)),
  changedText(signature).map((text) => header('x-slack-signature', text)),
  // One hour, or one second, later.
  fc
    .integer({ min: -400, max: 400 })
    .filter((by) => by !== 0)
    .map((by) => header('x-slack-request-timestamp', String(Number(timestamp) + by))),
  fc.constant((event: Request) => ({ ...event, isBase64Encoded: true })),
  fc.constant(header('x-slack-signature', signature.replace('v0', 'v1'))),
  fc.constant(header('x-slack-signature', signature.slice('v0='.length))),
  fc.constant(header('x-slack-signature', signature.toUpperCase())),
);
