import type { DynamoDbTable } from '../../src/adapters/dynamodb-table.ts';
import type { SettingsAnswer } from '../../src/controller/settings.ts';
import { defaultGuardrails } from '../../src/core/guardrails.ts';
import { storedGuardrails } from '../support/guardrails.ts';
import { engines, type RunningDatabase } from './engines.ts';

function reasonOf(answer: SettingsAnswer): string {
  if (answer.result !== 'refused') throw new Error(`Not refused: ${JSON.stringify(answer)}`);
  return answer.reason;
}

/** The handler as Lambda loads it, over a database; its environment is that of a deployment. */
describe('the function settings', () => {
  const before = { ...process.env };
  let database: RunningDatabase;
  let table: DynamoDbTable;
  let handler: (event: unknown) => Promise<SettingsAnswer>;

  beforeAll(async () => {
    const [engine] = engines;
    if (engine === undefined) throw new Error('There is no database to test with');
    database = await engine.start();
    table = await database.table('inoculate-prod-control');
    const endpoint = await database.client.config.endpoint?.();
    if (endpoint === undefined) throw new Error('The database has no address');
    Object.assign(process.env, {
      INOCULATE_STAGE: 'prod',
      INOCULATE_CONTROL_TABLE: 'inoculate-prod-control',
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_ENDPOINT_URL_DYNAMODB: `http://${endpoint.hostname}:${endpoint.port}`,
    });
    ({ handler } = await import('../../functions/settings/handler.ts'));
  });
  afterAll(async () => {
    process.env = before;
    await database.stop();
  });
  beforeEach(async () => {
    for (const sk of ['current', 'version#000001', 'version#000002'])
      await table.delete({ pk: 'guardrails', sk });
  });

  const put = (changes: object = {}): Promise<SettingsAnswer> =>
    handler({
      inoculate: 'settings-put/1',
      by: 'ada',
      file: 'settings.yml',
      text: 'inoculate: settings/1\n',
      guardrails: storedGuardrails({ maxExposure: 0.1 }, 'prod'),
      replaces: 0,
      ...changes,
    });

  it('tells the default of its stage where nothing is stored', async () => {
    expect(await handler({ inoculate: 'settings-get/1' })).toEqual({
      result: 'settings',
      guardrails: defaultGuardrails('prod'),
      stored: null,
    });
    expect(await handler({ inoculate: 'settings-history/1', limit: 10 })).toEqual({
      result: 'history',
      versions: [],
    });
  });

  it('stores settings, and tells them with who stored them and when', async () => {
    const stored = await put();
    expect(stored).toMatchObject({ result: 'stored', version: 1 });
    const at = stored.result === 'stored' ? stored.at : 0;
    const line = { version: 1, at, by: 'ada', file: 'settings.yml' };
    expect(await handler({ inoculate: 'settings-get/1' })).toEqual({
      result: 'settings',
      guardrails: { ...storedGuardrails({ maxExposure: 0.1 }, 'prod'), version: 1 },
      stored: { ...line, text: 'inoculate: settings/1\n' },
    });
    expect(await handler({ inoculate: 'settings-history/1', limit: 10 })).toEqual({
      result: 'history',
      versions: [line],
    });
  });

  it('keeps what was in force before, and tells it', async () => {
    await put();
    await put({ replaces: 1, guardrails: storedGuardrails({ maxExposure: 0.2 }, 'prod') });
    const [first, second, third] = await Promise.all(
      [1, 2, 3].map((version) => handler({ inoculate: 'settings-get/1', version })),
    );
    expect(first).toMatchObject({ guardrails: { version: 1, maxExposure: 0.1 } });
    expect(second).toMatchObject({ guardrails: { version: 2, maxExposure: 0.2 } });
    expect(third).toEqual({ result: 'unknown-version', version: 3 });
  });

  it('does not replace what somebody else stored meanwhile', async () => {
    await put({ by: 'bob' });
    expect(await put()).toEqual({ result: 'conflict', version: 1 });
    expect(await handler({ inoculate: 'settings-get/1' })).toMatchObject({ stored: { by: 'bob' } });
  });

  it.each<readonly [string, object, RegExp]>([
    ['an exposure above the product’s cap', { maxExposure: 0.6 }, /maxExposure must be <= 0.5/],
    [
      'a longer run than the product allows',
      { maxDurationMs: 86_400_001 },
      /maxDurationMs must be <= 86400000/,
    ],
    ['more runs at once than the product allows', { maxRunsAtOnce: 21 }, /maxRunsAtOnce must be <= 20/],
    ['what this version does not know', { moon: 'full' }, /additional properties/],
    ['a time zone that does not exist', { timezone: 'Europe/Atlantis' }, /no time zone Europe\/Atlantis/],
    ['a date that does not exist', { closedKnownUntil: '2027-02-29' }, /no date 2027-02-29/],
    [
      'a closed time that ends before it begins',
      { closed: [{ reason: 'Christmas', firstDate: '2026-12-24', lastDate: '2026-12-20', timezone: 'UTC' }] },
      /"Christmas" ends before it begins/,
    ],
    [
      'approvals by anyone, at a production stage',
      { permissions: { view: 'anyone', start: [], stop: 'anyone', approve: 'anyone' } },
      /not anyone may approve/,
    ],
    [
      'starts by anyone, at a production stage',
      { permissions: { view: 'anyone', start: 'anyone', stop: 'anyone', approve: [] } },
      /not anyone may start/,
    ],
  ])('stores nothing with %s', async (_what, changes, reason) => {
    const answer = await put({ guardrails: { ...storedGuardrails({}, 'prod'), ...changes } });
    expect(reasonOf(answer)).toMatch(reason);
    expect(await handler({ inoculate: 'settings-get/1' })).toMatchObject({ stored: null });
  });

  it('stores no more than an item of the table holds', async () => {
    const reason = 'x'.repeat(200);
    const closed = Array.from({ length: 1200 }, (_, index) => ({ reason, from: index, to: index + 1 }));
    const long = await put({ guardrails: { ...storedGuardrails({}, 'prod'), closed } });
    expect(reasonOf(long)).toMatch(/settings would take \d+ KB, and at most 250/);
    const wide = await put({ text: '€'.repeat(90_000) });
    expect(reasonOf(wide)).toBe('The file would take 270 KB, and at most 120 are kept');
  });

  it.each([{}, { inoculate: 'settings-put/1' }, { inoculate: 'settings-get/1', more: 1 }, null])(
    'takes nothing but its messages: %j',
    async (event) => {
      await expect(Promise.resolve().then(() => handler(event))).rejects.toMatchObject({
        code: 'invalid-event',
      });
    },
  );
});
