import fc from 'fast-check';
import { defaultGuardrails } from '../../../src/core/guardrails.ts';
import { faultPlaces } from '../../../src/generated/places.ts';
import type { Settings, StoredGuardrails } from '../../../src/generated/types.ts';
import { validateResolvedSettings } from '../../../src/generated/validate-resolved-settings.js';
import { validateGuardrails } from '../../../src/generated/validate-guardrails.js';
import { guardrailsOf } from '../../../src/settings/guardrails.ts';
import { account, guardrails } from './support.ts';

const without = (stage: string): Omit<ReturnType<typeof defaultGuardrails>, 'version'> => {
  const { version: _version, ...rest } = defaultGuardrails(stage);
  return rest;
};

describe('settings that say nothing', () => {
  it.each(['dev', 'staging', 'prod', 'production', 'live'])('are the defaults of stage %s', async (stage) => {
    expect(await guardrails('', { stage })).toEqual(without(stage));
  });
});

type Field = readonly [field: string, lines: string, says: Partial<StoredGuardrails>];
const hours = { from: '09:00', to: '16:00', timezone: 'UTC' };
const fields: readonly Field[] = [
  ['timezone', 'timezone: Europe/Berlin', { timezone: 'Europe/Berlin' }],
  ['window, always', 'window: always', { windows: 'always' }],
  [
    'window, one',
    'window: { days: [MON, TUE], from: "09:00", to: "16:00" }',
    { windows: [{ days: ['MON', 'TUE'], ...hours }] },
  ],
  [
    'window without days',
    'window: { from: "09:00", to: "16:00" }',
    { windows: [{ days: ['MON', 'TUE', 'WED', 'THU', 'FRI'], ...hours }] },
  ],
  [
    'window, several, one of another zone',
    'window: [{ date: 2026-12-04, from: "09:00", to: "16:00" }, { days: [SAT], from: "22:00", to: "24:00", timezone: Asia/Tokyo }]',
    {
      windows: [
        { date: '2026-12-04', ...hours },
        { days: ['SAT'], from: '22:00', to: '24:00', timezone: 'Asia/Tokyo' },
      ],
    },
  ],
  ['allowedStages, among them', 'allowedStages: [dev, staging]', { refusedHere: null }],
  [
    'allowedStages, not among them',
    'allowedStages: [staging, prod]',
    { refusedHere: 'The settings allow no runs at stage dev, only at "staging" and "prod".' },
  ],
  ['accounts, among them', `accounts: ["${account}"]`, { refusedHere: null }],
  [
    'accounts, not among them',
    'accounts: ["999900001111"]',
    {
      refusedHere: `The settings allow no runs of stage dev in account ${account}, only in 999900001111.`,
    },
  ],
  ['exposure', 'exposure: 5%', { maxExposure: 0.05 }],
  ['duration', 'duration: 20m', { maxDurationMs: 1_200_000 }],
  ['runsAtOnce', 'runsAtOnce: 2', { maxRunsAtOnce: 2 }],
  ['faults, all', 'faults: all', { allowedKinds: 'all' }],
  ['faults, none', 'faults: []', { allowedKinds: [] }],
  ['faults, by name', 'faults: [invocation.latency]', { allowedKinds: ['invocation.latency'] }],
  [
    'faults, by pattern',
    'faults: ["*.error", "*.latency"]',
    { allowedKinds: ['dependency.error', 'dependency.latency', 'invocation.error', 'invocation.latency'] },
  ],
  ['requireAlarms', 'requireAlarms: true', { requireAlarms: true }],
  ['cooldown', 'cooldown: 30m', { cooldownMs: 1_800_000 }],
  [
    'approval',
    'approval: { required: true, expiresAfter: 4h, fourEyes: true }',
    { approval: { required: true, expiresAfterMs: 14_400_000, fourEyes: true } },
  ],
  [
    'requires',
    'requires: { heldOn: staging, withinDays: 14 }',
    { heldOn: { stage: 'staging', withinDays: 14 } },
  ],
  ['requires, none', 'requires: none', { heldOn: null }],
  [
    'permissions',
    'permissions: { view: [slack-user:U012], start: anyone, stop: [], approve: [slack-group:S012, "aws:arn:aws:iam::1:role/sre-*"] }',
    {
      permissions: {
        view: [{ slackUser: 'U012' }],
        start: 'anyone',
        stop: [],
        approve: [{ slackGroup: 'S012' }, { aws: 'arn:aws:iam::1:role/sre-*' }],
      },
    },
  ],
  [
    'people',
    'people: [{ name: Ada, slack: U012, aws: ["arn:aws:iam::1:user/ada"] }, { name: Bob }]',
    {
      people: [
        { name: 'Ada', slack: 'U012', aws: ['arn:aws:iam::1:user/ada'] },
        { name: 'Bob', slack: null, aws: [] },
      ],
    },
  ],
  ['reports', 'reports: { url: "https://chaos.example.com" }', { reportsUrl: 'https://chaos.example.com' }],
];

describe('each field', () => {
  it.each(fields)('says what it says, and nothing else: %s', async (_field, lines, says) => {
    expect(await guardrails(lines)).toEqual({ ...without('dev'), ...says });
  });

  const everywhere = fields.filter(([name]) => !/allowedStages|people/.test(name));
  it.each(everywhere)('holds for one stage alone below "stages": %s', async (_field, lines, says) => {
    const below = `stages:\n  dev:\n    ${lines}\n  other:\n    {}`;
    expect(await guardrails(below)).toEqual({ ...without('dev'), ...says });
    expect(await guardrails(below, { stage: 'other' })).toEqual(without('other'));
  });
});

describe('what stands below a stage', () => {
  it('is taken in the place of what stands above', async () => {
    const lines =
      'exposure: 20%\nduration: 1h\nfaults: [dependency.*]\nstages: { prod: { exposure: 5%, faults: all } }';
    expect(await guardrails(lines, { stage: 'prod' })).toMatchObject({
      maxExposure: 0.05,
      maxDurationMs: 3_600_000,
      allowedKinds: 'all',
    });
    expect(await guardrails(lines)).toMatchObject({ maxExposure: 0.2 });
  });

  it('takes approval and permissions property by property', async () => {
    const lines =
      'approval: { expiresAfter: 1h }\npermissions: { view: [slack-user:U01] }\nstages: { prod: { approval: { fourEyes: true }, permissions: { approve: [slack-user:U02] } } }';
    expect(await guardrails(lines, { stage: 'prod' })).toMatchObject({
      approval: { required: true, expiresAfterMs: 3_600_000, fourEyes: true },
      permissions: { view: [{ slackUser: 'U01' }], stop: 'anyone', approve: [{ slackUser: 'U02' }] },
    });
  });
});

it('allow by a pattern what this version knows, by name', async () => {
  const { allowedKinds } = await guardrails('faults: ["*"]');
  expect(allowedKinds).toEqual(Object.keys(faultPlaces).sort());
});

/** Any settings that follow the schema of resolved ones, however wide. */
const limits = fc.record(
  {
    exposure: fc.double({ min: 0, max: 1, noNaN: true }),
    duration: fc.integer({ min: 1, max: 366 * 86_400_000 }),
    runsAtOnce: fc.integer({ min: 1, max: 20 }),
    cooldown: fc.integer({ min: 0, max: 30 * 86_400_000 }),
    requireAlarms: fc.boolean(),
    faults: fc.oneof(fc.constant('all'), fc.uniqueArray(fc.constantFrom('dependency.*', 's3.deny', '*'))),
    timezone: fc.constantFrom('UTC', 'Europe/Berlin', 'Pacific/Apia'),
    window: fc.oneof(fc.constant('always'), fc.constant({ from: '22:00', to: '06:00' })),
    approval: fc.record({ required: fc.boolean(), fourEyes: fc.boolean() }, { requiredKeys: ['required'] }),
  },
  { requiredKeys: [] },
);
const anySettings = fc
  .record(
    { limits, below: limits, allowedStages: fc.option(fc.subarray(['dev', 'prod'], { minLength: 1 })) },
    { requiredKeys: ['limits', 'below', 'allowedStages'] },
  )
  .map(({ limits: top, below, allowedStages }): Settings => {
    const settings: unknown = {
      inoculate: 'settings/1',
      ...top,
      ...(allowedStages === null ? {} : { allowedStages }),
      stages: { prod: below },
    };
    if (!validateResolvedSettings(settings)) throw new Error(JSON.stringify(validateResolvedSettings.errors));
    return settings;
  });

it('are never wider than the product, whatever settings say, and always what may be stored', () => {
  fc.assert(
    fc.property(anySettings, fc.constantFrom('dev', 'prod'), (settings, stage) => {
      const found = guardrailsOf(settings, { stage, account }, { closed: [], knownUntil: null });
      const caps = defaultGuardrails(stage);
      expect(found.maxExposure).toBeLessThanOrEqual(caps.maxExposure);
      expect(found.maxDurationMs).toBeLessThanOrEqual(caps.maxDurationMs);
      expect(found.maxRunsAtOnce).toBeLessThanOrEqual(caps.maxRunsAtOnce);
      expect(validateGuardrails(found)).toBe(true);
      const { allowedStages } = settings;
      expect(found.refusedHere === null).toBe(allowedStages === undefined || allowedStages.includes(stage));
    }),
  );
});
