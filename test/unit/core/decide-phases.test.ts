import type { CommandType } from '../../../src/core/commands.ts';
import type { RunEvent } from '../../../src/core/events.ts';
import type { Phase } from '../../../src/core/run.ts';
import { experiment } from '../../contract/samples.ts';
import {
  approve,
  done,
  type Driven,
  drivenTo,
  factsOf,
  failed,
  observed,
  read,
  startAt,
  stops,
  unit,
} from './decide-support.ts';

const approvalFacts = factsOf({ limits: { ...factsOf().limits, approvalRequired: true } });
const watched = { experiment: { ...experiment, abort: { alarms: ['errors'] } } };
const watchedFacts = factsOf({
  stops: { killSwitch: { on: false, generation: 0 }, alarms: [{ name: 'errors', state: 'OK' }] },
});

const early: readonly Phase[] = ['requested', 'awaiting-approval', 'announced', 'checking'];
const late: readonly Phase[] = ['injecting', 'observing'];
const past: readonly Phase[] = ['reverting', 'recovering', 'ended'];

const stopEvents: readonly [
  name: string,
  event: Omit<Extract<RunEvent, { type: 'abort' | 'alarm' | 'kill-switch' }>, 'at'>,
  code: string,
][] = [
  ['a person', { type: 'abort', by: 'someone' } as never, 'person'],
  ['an alarm', { type: 'alarm', alarm: 'errors', state: 'ALARM' } as never, 'alarm'],
  ['the kill switch', { type: 'kill-switch', on: true, generation: 1 } as never, 'kill-switch'],
];

function reach(phase: Phase): Driven {
  return phase === 'awaiting-approval'
    ? drivenTo(phase, watched, { ...watchedFacts, limits: approvalFacts.limits })
    : drivenTo(phase, watched, watchedFacts);
}

describe.each(stopEvents)('%s stops a run', (_name, event, code) => {
  it.each(early)('that is %s by refusing it: no fault was begun', (phase) => {
    const driven = reach(phase).event(event as never);
    expect(driven.run.phase).toBe('ended');
    expect(driven.run.outcome).toMatchObject({ result: 'refused', code });
    expect(driven.outstanding('apply')).toEqual([]);
  });

  it.each(late)('that is %s by way of reverting, and the reason is kept', (phase) => {
    const driven = reach(phase).event(event as never);
    expect(driven.run.phase).not.toBe('observing');
    expect(driven.run.abort).toMatchObject({ code });
    driven.event({ type: 'abort', by: 'someone else' });
    expect(driven.run.abort).toMatchObject({ code });
  });

  it.each(past)('not a second time while it is %s', (phase) => {
    const driven = reach(phase);
    const { run } = driven;
    driven.event(event as never);
    expect(driven.run).toBe(run);
  });
});

describe('the way to the first fault', () => {
  it('goes through every phase in order, each told once under its own number', () => {
    const driven = drivenTo('ended');
    const told = driven.run.outbox.flatMap(({ command }) =>
      command.type === 'publish' ? [[command.change.seq, command.change.phase]] : [],
    );
    const phases = [
      'requested',
      'announced',
      'checking',
      'injecting',
      'observing',
      'reverting',
      'recovering',
      'ended',
    ];
    expect(told).toEqual(phases.map((phase, index) => [index + 1, phase]));
  });

  it('takes locks before it captures, and captures everything before it injects', () => {
    const two = factsOf({ units: [unit, { ...unit, id: 'dose:b', resource: 'dose:b' }] });
    const driven = drivenTo('checking', {}, two);
    driven.result('gather-facts', { type: 'facts', facts: { ...two, at: driven.at } });
    expect(driven.outstanding('capture')).toEqual([]);
    driven.result('lock', { type: 'locked', epochs: { [unit.resource]: 1, 'dose:b': 1 } });
    driven.result('capture', done, { unit: unit.id });
    expect(driven.run.phase).toBe('checking');
    driven.result('capture', done, { unit: 'dose:b' });
    expect(driven.run.phase).toBe('injecting');
  });

  it('reads what stops it only once it is stored as injecting, watches its alarms and has its dead-man armed', () => {
    const driven = drivenTo('injecting', watched, watchedFacts);
    expect(driven.outstanding('check-stops')).toEqual([]);
    driven.result('watch-alarms', done);
    expect(driven.outstanding('check-stops')).toEqual([]);
    driven.result('arm-dead-man', done);
    expect(driven.outstanding('check-stops')).toHaveLength(1);
    expect(driven.outstanding('apply')).toEqual([]);
    driven.result('check-stops', { type: 'stops', stops: watchedFacts.stops });
    expect(driven.outstanding('apply')).toHaveLength(1);
  });

  it('arms the dead-man for a time at which the last possible apply has landed and can be read', () => {
    const driven = drivenTo('injecting');
    const [armed] = driven.handedOut('arm-dead-man');
    const { settings, injection } = driven.run;
    const lastLanding = (injection?.endsAt ?? 0) + settings.applyLeaseMs + settings.skewMs;
    expect(armed?.at).toBeGreaterThanOrEqual(lastLanding + unit.settleMs);
    expect(armed?.at).toBeGreaterThanOrEqual(injection?.expiresAt ?? Infinity);
  });

  const lastStops: readonly [string, ReturnType<typeof stops>, string][] = [
    ['the kill switch is on', stops(true, 1), 'kill-switch'],
    ['the kill switch was thrown and released meanwhile', stops(false, 1), 'kill-switch'],
  ];
  it.each(lastStops)('ends right before the apply where %s', (_why, result, code) => {
    const driven = drivenTo('injecting');
    driven.result('arm-dead-man', done).result('check-stops', result);
    expect(driven.run.abort).toMatchObject({ code });
    expect(driven.outstanding('apply')).toEqual([]);
    expect(driven.state).toMatchObject({ at: 'reverted', how: 'never-applied' });
  });

  it.each([
    ['fires', [{ name: 'errors', state: 'ALARM' as const }], 'alarm'],
    ['is gone', [], 'not-ready'],
  ])('ends right before the apply where an alarm %s', (_why, alarms, code) => {
    const driven = drivenTo('injecting', watched, watchedFacts);
    driven.result('watch-alarms', done).result('arm-dead-man', done);
    driven.result('check-stops', {
      type: 'stops',
      stops: { killSwitch: { on: false, generation: 0 }, alarms },
    });
    expect(driven.run.abort).toMatchObject({ code });
    expect(driven.outstanding('apply')).toEqual([]);
  });

  it('applies nothing once the planned end has come', () => {
    const driven = drivenTo('injecting').result('arm-dead-man', done);
    driven.result('check-stops', stops(), { afterMs: experiment.duration });
    expect(driven.run.abort).toMatchObject({ code: 'deadline' });
    expect(driven.outstanding('apply')).toEqual([]);
  });

  it.each(['gather-facts', 'lock', 'capture'] as const)(
    'refuses the run where %s keeps failing',
    (type: CommandType) => {
      const driven = drivenTo('checking');
      if (type !== 'gather-facts')
        driven.result('gather-facts', { type: 'facts', facts: factsOf({ at: driven.at }) });
      if (type === 'capture') driven.result('lock', { type: 'locked', epochs: { [unit.resource]: 1 } });
      for (let attempt = 1; driven.run.phase === 'checking' && attempt < 10; attempt += 1)
        driven.result(type, failed(true)).tick(20_000);
      expect(driven.run.outcome).toMatchObject({ result: 'refused', code: 'not-ready' });
    },
  );

  it('refuses a run whose target is locked, and frees what it was granted', () => {
    const driven = drivenTo('checking');
    driven.result('gather-facts', { type: 'facts', facts: factsOf({ at: driven.at }) });
    driven.result('lock', { type: 'lock-held', resource: unit.resource, by: 'other' });
    expect(driven.run.outcome).toMatchObject({ result: 'refused', code: 'target-locked' });
    expect(driven.handedOut('unlock')).toEqual([{ type: 'unlock', resources: [unit.resource] }]);
  });

  it('asks for nothing that an abort during the checks left open, and frees the locks that may still be granted', () => {
    const driven = drivenTo('checking');
    driven.result('gather-facts', { type: 'facts', facts: factsOf({ at: driven.at }) });
    driven.event({ type: 'abort', by: 'someone' });
    expect(driven.outstanding('lock')).toEqual([]);
    expect(driven.handedOut('unlock')).toHaveLength(1);
  });
});

describe('a resource that another run has just left', () => {
  const locked = (agoMs: number): Driven => {
    const driven = drivenTo('checking', { experiment: { ...experiment, cooldown: 120_000 } });
    driven.result('gather-facts', { type: 'facts', facts: { ...factsOf(), at: driven.at } });
    const usedAt = { [unit.resource]: driven.at - agoMs };
    return driven.result('lock', { type: 'locked', epochs: { [unit.resource]: 1 }, usedAt });
  };

  it('is left alone for as long as the experiment says', () => {
    expect(locked(60_000).run.outcome).toMatchObject({
      result: 'refused',
      code: 'cooling-down',
      reason: `The run before this one left ${unit.resource} 1m ago; it is left alone for 2m.`,
    });
  });

  it('and no longer', () => {
    expect(locked(120_000).run.phase).toBe('checking');
  });
});

describe('an approval', () => {
  it('lets the run go on at its next tick, and whoever approves does nothing of that', () => {
    const driven = approve(drivenTo('awaiting-approval', {}, approvalFacts));
    expect(driven.run.phase).toBe('announced');
    expect(driven.outstanding('gather-facts')).toEqual([]);
    expect(driven.tick().run.phase).toBe('checking');
  });

  it('declined ends it', () => {
    const driven = drivenTo('awaiting-approval', {}, approvalFacts);
    driven.event({ type: 'approval', by: 'x', approved: false, seq: 0, generation: 0 });
    expect(driven.run.outcome).toMatchObject({ result: 'refused', code: 'not-approved' });
  });

  it.each([
    ['an earlier state of the run', { seq: 1 }],
    ['a time before the kill switch was thrown', { generation: 7 }],
  ])('given for %s does not count', (_why, change) => {
    const driven = approve(drivenTo('awaiting-approval', {}, approvalFacts), change);
    expect(driven.run.phase).toBe('awaiting-approval');
  });

  it('does not outlive a kill switch that was thrown and released before the checks', () => {
    const driven = approve(drivenTo('awaiting-approval', {}, approvalFacts)).tick();
    const facts = { ...approvalFacts, stops: { killSwitch: { on: false, generation: 1 }, alarms: [] } };
    driven.result('gather-facts', { type: 'facts', facts: { ...facts, at: driven.at } });
    expect(driven.run.outcome).toMatchObject({ result: 'refused', code: 'approval-outdated' });
  });

  it('that nobody gives in time ends the run', () => {
    const driven = drivenTo('awaiting-approval', {}, approvalFacts).tick(600_001);
    expect(driven.run.outcome).toMatchObject({ result: 'refused', code: 'approval-expired' });
  });
});

describe('while the fault is in place', () => {
  it('the planned end leads to reverting, not to an abort', () => {
    const driven = drivenTo('observing').tick(experiment.duration);
    expect([driven.run.phase, driven.run.abort]).toEqual(['reverting', null]);
  });

  it('a run that cannot be watched is ended: failing looks are no silence (L17)', () => {
    const driven = drivenTo('observing');
    for (let look = 0; look < 5; look += 1) driven.tick().result('observe', failed(true));
    expect(driven.run.abort).toMatchObject({ code: 'not-measurable' });
    expect(driven.run.phase).toBe('reverting');
  });

  it('a look that shows no number is a failed look', () => {
    const driven = drivenTo('observing').tick();
    const look = observed();
    if (look.type !== 'observed') throw new Error('unreachable');
    const estimate = { n: 0, bad: 0, value: null, lower: null, upper: null };
    driven.result('observe', {
      ...look,
      evidence: [
        {
          hypothesis: 'failures.atMost',
          signal: 'failures',
          target: 'checkout',
          claim: '',
          unit: 'share',
          tolerance: 0.01,
          logHarm: Number.NaN,
          logHeld: null,
          logControlHarm: null,
          experimental: estimate,
          control: estimate,
        },
      ],
    });
    expect(driven.run.measuring.failures).toBe(1);
    expect(driven.run.hypotheses[0]?.maxLogHarm).not.toBeNaN();
  });

  it('only one look is under way, however many ticks come', () => {
    expect(drivenTo('observing').tick().tick().tick().outstanding('observe')).toHaveLength(1);
  });

  it('the kill switch thrown and released between two looks stops the run', () => {
    const driven = drivenTo('observing').tick();
    const look = observed();
    if (look.type !== 'observed') throw new Error('unreachable');
    driven.result('observe', { ...look, stops: { killSwitch: { on: false, generation: 1 }, alarms: [] } });
    expect(driven.run.abort).toMatchObject({ code: 'kill-switch', generation: 1 });
  });
});

describe('the end', () => {
  it('waits for a last look that succeeds', () => {
    const driven = drivenTo('recovering').tick(10_000);
    driven.result('observe', failed(true));
    expect(driven.run.phase).toBe('recovering');
    driven.tick().result('observe', observed());
    expect(driven.run.phase).toBe('ended');
  });

  it('comes without one where looks keep failing', () => {
    const driven = drivenTo('recovering');
    for (let look = 0; look < 5; look += 1) driven.tick(10_000).result('observe', failed(true));
    expect(driven.run.phase).toBe('ended');
  });

  it('frees the locks, disarms the dead-man and stops watching', () => {
    const driven = drivenTo('ended', watched, watchedFacts);
    for (const type of ['unlock', 'disarm-dead-man', 'unwatch'] as const)
      expect(driven.outstanding(type)).toHaveLength(1);
  });

  it('never comes while a fault may be in place: reverting is tried for ever (L1)', () => {
    const driven = drivenTo('reverting');
    for (let attempt = 0; attempt < 50; attempt += 1) driven.result('revert', failed(true)).tick(400_000);
    expect(driven.run.phase).toBe('reverting');
    expect(driven.outstanding('revert')).toHaveLength(1);
    driven.result('revert', read('clean')).tick(10_000).result('read-back', read('clean'));
    expect(driven.run.phase).toBe('recovering');
  });

  it('of a run that was registered long before does not depend on clocks that go backwards', () => {
    const driven = drivenTo('observing');
    driven.at = startAt - 60_000;
    driven.tick(0).event({ type: 'abort', by: 'someone' });
    expect(driven.run.phase).toBe('reverting');
  });
});
