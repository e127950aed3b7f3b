import { limitsOf, windowOf } from '../../../src/controller/limits.ts';
import { defaultGuardrails, type Guardrails, type Window } from '../../../src/core/guardrails.ts';
import type { Run } from '../../../src/core/run.ts';
import type { Experiment } from '../../../src/generated/types.ts';
import { experiment, runOf } from '../../contract/samples.ts';

const at = (text: string): number => Date.parse(text);
const monday10 = at('2026-11-23T10:00:00Z');
const saturday10 = at('2026-11-28T10:00:00Z');
const defaults = defaultGuardrails('dev');
const saturdays: Window = { days: ['SAT'], from: '09:00', to: '18:00', timezone: 'UTC' };
const dated = { date: '2026-11-28', from: '09:00', to: '12:00', timezone: 'UTC' };
const hourMs = 3_600_000;

interface Given {
  readonly change?: Partial<Experiment>;
  readonly guardrails?: Partial<Guardrails>;
  readonly startAt?: number;
  readonly now?: number;
}

function openAt({ change, guardrails, startAt = 0, now = monday10 }: Given): string {
  const run: Run = {
    ...runOf({ startAt }),
    experiment: { ...experiment, duration: 600_000, ...change },
  };
  const found = windowOf(run, { ...defaults, ...guardrails }, now);
  return found.open ? 'open' : (found.code ?? '');
}

describe('a run may be under way', () => {
  it.each<[string, Given, string]>([
    ['in working hours, where nobody says otherwise', {}, 'open'],
    ['and not at the weekend', { now: saturday10 }, 'outside-window'],
    ['always, where its file says so', { change: { window: 'always' }, now: saturday10 }, 'open'],
    [
      'but in no hour that the settings leave out, whatever its file says',
      { change: { window: 'always' }, guardrails: { windows: [saturdays] } },
      'outside-window',
    ],
    [
      'in the hours of the settings, where its file names none',
      { guardrails: { windows: [saturdays] }, now: saturday10 },
      'open',
    ],
    [
      'only if it is over in time',
      { change: { duration: 4 * hourMs }, now: at('2026-11-23T13:00:01Z') },
      'outside-window',
    ],
    [
      'its recovery included',
      { change: { duration: 3 * hourMs, recovery: hourMs }, now: at('2026-11-23T13:00:01Z') },
      'outside-window',
    ],
    [
      'at its start: when it was made does not matter',
      { startAt: monday10, now: monday10 - 12 * hourMs },
      'open',
    ],
    ['and not where its start lies elsewhere', { startAt: saturday10, now: monday10 }, 'outside-window'],
    ['on a date that its file or its game day names', { change: { window: dated }, now: saturday10 }, 'open'],
    [
      'of which the settings leave no more than their own',
      {
        change: { window: dated },
        guardrails: { closed: [{ reason: 'Sale', from: saturday10, to: saturday10 + hourMs }] },
        now: saturday10,
      },
      'closed',
    ],
  ])('%s', (_name, given, expected) => {
    expect(openAt(given)).toBe(expected);
  });

  it('and is told why not in a sentence', () => {
    const run: Run = { ...runOf(), experiment };
    expect(windowOf(run, defaults, saturday10).reason).toMatch(
      /^The window of 09:00 to 17:00 on MON–FRI .*\.$/,
    );
  });
});

it('what the settings refuse here is refused to every run', () => {
  expect(limitsOf({ ...defaults, refusedHere: 'Not at this stage.' }, 0).refusals).toEqual([
    { code: 'refused-here', reason: 'Not at this stage.' },
  ]);
  expect(limitsOf(defaults, 3)).toMatchObject({ refusals: [], runsNow: 3, approvalRequired: false });
  expect(limitsOf(defaultGuardrails('prod'), 0).approvalRequired).toBe(true);
});
