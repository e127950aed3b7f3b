import type { Facts } from '../../../src/core/facts.ts';
import { alarmNames, refusals } from '../../../src/core/guards.ts';
import { experiment, requestOf } from '../../contract/samples.ts';
import { drivenTo, factsOf, startAt, target, unit, Driven } from './decide-support.ts';

type Change = Partial<typeof experiment>;

const limits = factsOf().limits;
const guarded: Change = { abort: { alarms: ['errors'] } };
const alarm = (state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA'): Facts['stops'] => ({
  killSwitch: { on: false, generation: 0 },
  alarms: [{ name: 'errors', state }],
});

const troubled: Change = { faults: [{ kind: 'invocation.batch', target: 'checkout', fail: 0.2 }] };
const readFrom = (...reports: boolean[]): Partial<Facts> => ({
  targets: [
    { ...target, batches: reports.map((reportsItemFailures) => ({ name: 'jobs', reportsItemFailures })) },
  ],
});

const inSandbox: Change = { faults: [{ kind: 'sandbox.memory', target: 'checkout', fill: 0.8 }] };

const refused: readonly [code: string, why: string, facts: Partial<Facts>, change?: Change][] = [
  [
    'kill-switch',
    'the kill switch is on',
    { stops: { killSwitch: { on: true, generation: 1 }, alarms: [] } },
  ],
  ['slot-too-old', 'the request is replayed', { at: startAt + 15 * 60_000 + 1 }],
  ['outside-window', 'the window is closed', { window: { open: false, reason: 'It is Sunday.' } }],
  ['exposure-too-large', 'the exposure is above the cap', {}, { exposure: 0.51 }],
  ['duration-too-long', 'the duration is above the cap', {}, { duration: 600_001 }],
  ['too-many-runs', 'as many runs as allowed are under way', { limits: { ...limits, runsNow: 3 } }],
  [
    'kind-not-allowed',
    'the kind is not allowed',
    { limits: { ...limits, allowedKinds: ['dependency.error'] } },
  ],
  [
    'stage-not-allowed',
    'the settings allow nothing here',
    { limits: { ...limits, refusals: [{ code: 'stage-not-allowed', reason: 'Not at this stage.' }] } },
  ],
  ['no-stop-condition', 'nothing would end it early', {}, { abort: { onDeviation: false } }],
  ['alarms-required', 'the settings ask for an alarm', { limits: { ...limits, alarmsRequired: true } }],
  ['target-unknown', 'the target is not known', { targets: [] }],
  ['target-unknown', 'there is no such function', { targets: [{ ...target, id: null }] }],
  [
    'target-elsewhere',
    'the target is in another account or Region',
    { targets: [{ ...target, local: false }] },
  ],
  ['not-opted-in', 'the target does not carry the tag', { targets: [{ ...target, optedIn: false }] }],
  ['layer-missing', 'the target runs without the layer', { targets: [{ ...target, layerAttached: false }] }],
  ['data-loss', 'data may be lost and nobody said so', { units: [{ ...unit, losesData: ['f1'] }] }],
  ['no-batches', 'nothing hands batches to who is to fail some of their records', readFrom(), troubled],
  ['no-item-failures', 'AWS does not read which records failed', readFrom(false), troubled],
  ['no-item-failures', 'it does not read that from one of two queues', readFrom(true, false), troubled],
  [
    'shared-process',
    'a fault of the sandbox would hit several invocations',
    { targets: [{ ...target, sharesProcess: true }] },
    inSandbox,
  ],
  ['alarm-unknown', 'an alarm does not exist', {}, guarded],
  ['alarm-firing', 'an alarm fires already', { stops: alarm('ALARM') }, guarded],
  ['alarm-without-data', 'an alarm has no data', { stops: alarm('INSUFFICIENT_DATA') }, guarded],
];

const allowed: readonly [why: string, facts: Partial<Facts>, change?: Change][] = [
  ['AWS reads which records of a batch failed', readFrom(true, true), troubled],
  [
    'records are handed over twice, whatever AWS reads of the answer',
    readFrom(false),
    { faults: [{ kind: 'invocation.batch', target: 'checkout', duplicate: 0.2 }] },
  ],
  [
    'a fault of the sandbox has its process to itself',
    { targets: [{ ...target, sharesProcess: false }] },
    inSandbox,
  ],
  ['a fault of calls is of one invocation', { targets: [{ ...target, sharesProcess: true }] }],
  ['nothing is against it', {}],
  ['the slot is as old as it may be', { at: startAt + 15 * 60_000 }],
  ['exposure and duration are at the cap', {}, { exposure: 0.5, duration: 600_000 }],
  ['one more run is allowed', { limits: { ...limits, runsNow: 2 } }],
  ['the kind is allowed', { limits: { ...limits, allowedKinds: ['invocation.error'] } }],
  ['all such kinds are allowed', { limits: { ...limits, allowedKinds: ['invocation.*'] } }],
  [
    'only an alarm would end it early',
    { stops: alarm('OK') },
    { abort: { alarms: ['errors'], onDeviation: false } },
  ],
  [
    'the settings ask for an alarm and there is one',
    { limits: { ...limits, alarmsRequired: true }, stops: alarm('OK') },
    guarded,
  ],
  [
    'an alarm is quiet by nature',
    { stops: alarm('INSUFFICIENT_DATA') },
    { abort: { alarms: [{ name: 'errors', quiet: true }] } },
  ],
  ['an alarm is OK', { stops: alarm('OK') }, guarded],
  [
    'data may be lost as asked for',
    { units: [{ ...unit, losesData: ['f1'] }] },
    { faults: [{ kind: 'invocation.error', target: 'checkout', acceptsDataLoss: true }] },
  ],
];

describe('a run is refused, with the reason, where', () => {
  it.each(refused.map(([code, why, facts, change = {}]) => [code, why, facts, change] as const))(
    '%s: %s',
    (code, _why, facts, change) => {
      const driven = new Driven({ experiment: { ...experiment, ...change } });
      driven.result('gather-facts', { type: 'facts', facts: factsOf(facts) });
      expect(driven.run.outcome).toMatchObject({ result: 'refused', code });
      expect(driven.run.phase).toBe('ended');
      expect(driven.run.units).toEqual([]);
    },
  );
});

describe('a run that may lose data is refused in words that tell', () => {
  it.each([
    [true, 'may lose events of checkout for good: a service invokes it asynchronously. Say'],
    [null, 'for good if anything invokes it asynchronously, which AWS does not tell. Say'],
    [false, 'may lose events of checkout for good. Say'],
  ])('how the function is called, as far as is known: asynchronously is %s', (asynchronous, words) => {
    const driven = new Driven({ experiment });
    const facts = { targets: [{ ...target, asynchronous }], units: [{ ...unit, losesData: ['f1'] }] };
    driven.result('gather-facts', { type: 'facts', facts: factsOf(facts) });
    expect(driven.run.outcome).toMatchObject({ code: 'data-loss', reason: expect.stringContaining(words) });
  });
});

describe('a run goes on where', () => {
  it.each(allowed.map(([why, facts, change = {}]) => [why, facts, change] as const))(
    '%s',
    (_why, facts, change) => {
      const driven = new Driven({ experiment: { ...experiment, ...change } });
      driven.result('gather-facts', { type: 'facts', facts: factsOf(facts) });
      expect(driven.run.phase).toBe('announced');
    },
  );
});

describe('the guards', () => {
  it('say everything that is wrong at once', () => {
    const { run } = new Driven({ experiment: { ...experiment, exposure: 0.9 } });
    const found = refusals(run, factsOf({ window: { open: false, reason: 'Closed.' }, targets: [] }));
    expect(found.map(({ code }) => code)).toEqual(['outside-window', 'exposure-too-large', 'target-unknown']);
  });

  it.each([
    ['an alarm that fires', { stops: alarm('ALARM') }, 'alarm-firing'],
    ['an alarm without data', { stops: alarm('INSUFFICIENT_DATA') }, 'alarm-without-data'],
    ['other runs under way', { limits: { ...limits, runsNow: 3 }, stops: alarm('OK') }, 'too-many-runs'],
  ])('let a run wait for its far start in spite of %s, and refuse it then', (_what, change, code) => {
    const facts = factsOf(change);
    const { run } = new Driven({
      experiment: { ...experiment, ...guarded },
      startAt: facts.at + 15 * 60_000 + 1,
    });
    expect(refusals(run, facts)).toEqual([]);
    expect(refusals({ ...run, startAt: run.startAt - 1 }, facts)).toMatchObject([{ code }]);
    expect(refusals({ ...run, phase: 'checking' }, facts)).toMatchObject([{ code }]);
  });

  it('decide again right before the faults, however long the run waited', () => {
    const driven = drivenTo('checking');
    const facts = factsOf({ at: driven.at, targets: [{ ...target, optedIn: false }] });
    driven.result('gather-facts', { type: 'facts', facts });
    expect(driven.run.outcome).toMatchObject({ result: 'refused', code: 'not-opted-in' });
  });

  it('count the age of a slot from its planned start, or its approval, once the run was accepted', () => {
    const later = startAt + 3_600_000;
    const driven = drivenTo('announced', { startAt: later });
    driven.tick(3_600_000);
    expect(driven.run.phase).toBe('checking');
    expect(refusals(driven.run, factsOf({ at: later + 1_000 }))).toEqual([]);
    const stale = refusals(driven.run, factsOf({ at: later + 15 * 60_000 + 1 }));
    expect(stale.map(({ code }) => code)).toEqual(['slot-too-old']);
  });

  it('refuse two names for one function: its second dose would replace the first', () => {
    const twice = {
      ...experiment,
      faults: [...experiment.faults, { ...experiment.faults[0], target: 'again' }],
    };
    const { run } = new Driven({ experiment: twice as typeof experiment });
    const found = refusals(run, factsOf({ targets: [target, { ...target, name: 'again' }] }));
    expect(found.map(({ code }) => code)).toEqual(['target-twice']);
    expect(found[0]?.reason).toContain('again is shop-checkout');
  });

  it('refuse a fault that no driver plans', () => {
    const driven = drivenTo('checking');
    driven.result('gather-facts', { type: 'facts', facts: factsOf({ at: driven.at, units: [] }) });
    expect(driven.run.outcome).toMatchObject({ result: 'refused', code: 'nothing-to-do' });
  });

  it('name each alarm once, however often a file names it', () => {
    expect(alarmNames(['a', { name: 'a', quiet: true }, 'b'])).toEqual(['a', 'b']);
    expect(alarmNames(undefined)).toEqual([]);
  });

  it('are asked for the same run twice without a second one: the same request gives the same run', () => {
    const [one, other] = [new Driven(requestOf()), new Driven(requestOf())];
    expect(one.run).toEqual(other.run);
  });
});
