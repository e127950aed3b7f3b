import fc from 'fast-check';
import type { GameDay } from '../../../src/generated/types.ts';
import { minuteMs, outcomes, requestFor, start, World } from './world.ts';

type Step = GameDay['steps'][number];

const name = fc.constantFrom('a', 'b', 'c', 'd');
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ run: name }) },
  { weight: 2, arbitrary: fc.record({ parallel: fc.uniqueArray(name, { minLength: 1, maxLength: 3 }) }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Step>(
      { pause: { say: 'Talk.', until: 'approved', atMost: 20 * minuteMs } },
      { pause: { say: 'Wait.', until: 3 * minuteMs } },
    ),
  },
);
const gameDay: fc.Arbitrary<GameDay> = fc.record({
  inoculate: fc.constant('gameday/1' as const),
  name: fc.constant('day'),
  announce: fc.constant([20 * minuteMs, 5 * minuteMs]),
  steps: fc.array(step, { minLength: 1, maxLength: 5 }),
  onAbort: fc.constantFrom('stop' as const, 'continue' as const),
});

const endings = fc.constantFrom(...(Object.keys(outcomes) as (keyof typeof outcomes)[]));
const action = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 90_000 }) }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('end' as const), which: fc.nat(5), how: endings }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('begin-abort' as const), which: fc.nat(5) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('event' as const), times: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('continue' as const), old: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('dead-planner' as const),
      minutes: fc.integer({ min: 1, max: 12 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom('abort' as const, 'kill' as const), rarely: fc.nat(6) }),
  },
);

const troubles = [
  'works',
  'works',
  'works',
  'works',
  'works',
  'fails-before',
  'fails-after',
  'dies-before',
  'dies-after',
] as const;

it('in spite of crashes, lost and doubled events: no run twice, steps in order, stop means stop, every message once', async () => {
  await fc.assert(
    fc.asyncProperty(
      gameDay,
      fc.array(action, { minLength: 10, maxLength: 80 }),
      fc.array(fc.constantFrom(...troubles), { minLength: 1, maxLength: 97 }),
      fc.boolean(),
      async (day, actions, trouble, begun) => {
        const world = new World();
        world.registered = { version: 1, gameDay: day, registeredBy: 'ada' };
        await world.engine().request(requestFor(day));
        await world.engine().lookAfterAll();
        if (begun) world.now = start;
        let calls = 0;
        world.chaos = () => trouble[calls++ % trouble.length] ?? 'works';
        for (const one of actions) await act(world, one);
        expect(world.broken).toEqual([]);
        // Trouble ends, and the runs do: so does the session, and everything was told.
        world.chaos = () => 'works';
        await finish(world);
        expect(world.broken).toEqual([]);
        expect(world.session.phase).toBe('ended');
        expect(world.session.outbox).toEqual([]);
        expect(new Set(world.published.map(({ seq }) => seq)).size).toBe(world.session.seq);
        expect(world.store.active.size).toBe(0);
        for (const { runs } of world.session.steps)
          for (const { outcome } of runs) expect(outcome).not.toBeNull();
      },
    ),
    { numRuns: 400 },
  );
});

type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

async function act(world: World, one: Action): Promise<void> {
  const id = world.session.id;
  const attempt = async (work: () => Promise<unknown>): Promise<void> => {
    // A process that died: whoever invoked it invokes it again, or the next minute does.
    await Promise.allSettled([work()]);
  };
  switch (one.do) {
    case 'wait':
      world.now += one.ms;
      await attempt(() => world.engine().lookAfterAll());
      break;
    case 'dead-planner':
      world.now += one.minutes * minuteMs;
      break;
    case 'end': {
      const running = [...world.runs.values()].filter(({ phase }) => phase !== 'ended');
      const run = running[one.which % Math.max(1, running.length)];
      if (run !== undefined) world.change(run.id, { phase: 'ended', outcome: outcomes[one.how] });
      break;
    }
    case 'begin-abort': {
      const running = [...world.runs.values()].filter(({ phase }) => phase === 'observing');
      const run = running[one.which % Math.max(1, running.length)];
      if (run !== undefined)
        world.change(run.id, { phase: 'reverting', abort: { code: 'alarm', alarm: 'x', state: 'ALARM' } });
      break;
    }
    case 'event':
      await Promise.all(Array.from({ length: one.times }, () => attempt(() => world.engine().lookAfter(id))));
      break;
    case 'continue': {
      const { seq, askedSeq } = world.session;
      const saw = one.old ? askedSeq - 1 : seq;
      await attempt(() =>
        world.engine().deliver(id, { type: 'continue', at: world.now, by: 'ada', seq: saw }),
      );
      break;
    }
    case 'abort':
      if (one.rarely === 0)
        await attempt(() => world.engine().deliver(id, { type: 'abort', at: world.now, by: 'ada' }));
      break;
    case 'kill':
      if (one.rarely === 0) world.killSwitch = { on: true, generation: world.killSwitch.generation + 1 };
      break;
  }
}

async function finish(world: World): Promise<void> {
  for (let minute = 0; minute < 400 && world.store.active.size > 0; minute += 1) {
    world.now = Math.max(world.now, start) + minuteMs;
    for (const { id, phase } of world.runs.values())
      if (phase !== 'ended') world.change(id, { phase: 'ended', outcome: outcomes.held });
    await world.engine().lookAfterAll();
  }
}
