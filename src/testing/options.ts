import type { Path, Problem } from '../core/problem.ts';
import { show } from '../core/problem.ts';
import { isMapping } from '../core/schema-branch.ts';
import { suggest } from '../core/suggest.ts';
import type { Dose } from '../generated/types.ts';
import type { Clock } from '../layer/clock.ts';
import type { Journal, JournalEntry, TestClock, TestFault } from './api.ts';
import { clockOf } from './clock.ts';
import { readFaults } from './faults.ts';
import type { Caller } from './fit.ts';
import { InvalidOptions } from './problems.ts';
import { seedByChance } from './random.ts';
import { checkJournal, entriesOf } from './read-journal.ts';

type Mapping = Readonly<Record<string, unknown>>;
type Like = NonNullable<Journal['like']>;

/** What the options of a test come to. */
export interface Plan {
  readonly caller: Caller;
  readonly faults: Dose['faults'];
  readonly authored: readonly TestFault[];
  /** Null where `like` decides. */
  readonly seed: number | string | null;
  readonly like: Like | undefined;
  /** What is replayed. */
  readonly entries: readonly JournalEntry[] | undefined;
  readonly throwsDifferences: boolean;
  readonly clock: Clock;
}

const names = ['faults', 'seed', 'like', 'clock', 'replay', 'differences'];
const longestSeed = 40;

/** @throws InvalidOptions with everything that is wrong */
export function readOptions(options: unknown, caller: Caller): Plan {
  if (!isMapping(options))
    throw new InvalidOptions(caller, [problem([], `${show(options)} is no mapping`, '{ faults: [ … ] }')]);
  const { clock, differences, replay } = options;
  const problems = [...unknownNames(options), ...checkClock(clock), ...checkDifferences(differences, replay)];
  const journal = replay === undefined ? [] : checkJournal(replay);
  const source = isMapping(replay) && journal.length === 0 ? replay : options;
  problems.push(...journal, ...(replay === undefined ? checkChance(options) : beside(options)));
  const read = journal.length > 0 ? undefined : readFaults(source['faults'], caller);
  if (read?.ok === false)
    problems.push(...read.problems.map((one) => (source === options ? one : inReplay(one))));
  if (problems.length > 0 || read?.ok !== true) throw new InvalidOptions(caller, problems);
  return {
    caller,
    faults: read.faults,
    authored: read.authored,
    ...chanceOf(source),
    entries: replay === undefined ? undefined : entriesOf(replay),
    throwsDifferences: differences !== 'report',
    clock: clockOf(isClock(clock) ? clock : undefined),
  };
}

function chanceOf({ seed, like }: Mapping): Pick<Plan, 'seed' | 'like'> {
  if (isLike(like)) return { seed: null, like };
  if (typeof seed === 'number' || typeof seed === 'string') return { seed, like: undefined };
  return { seed: process.env['INOCULATE_SEED'] || seedByChance(), like: undefined };
}

function unknownNames(options: Mapping): Problem[] {
  return Object.keys(options).flatMap((name) => {
    if (names.includes(name)) return [];
    const meant = suggest(name, names);
    const expected = meant === undefined ? `one of ${names.join(', ')}` : `did you mean "${meant}"?`;
    return [problem([name], 'There is no such option', expected)];
  });
}

function checkChance({ seed, like }: Mapping): Problem[] {
  if (seed !== undefined && like !== undefined)
    return [problem(['seed'], '"seed" and "like" cannot both decide', 'one of the two')];
  if (like !== undefined && !isLike(like)) {
    const expected =
      '{ salt: the salt of the run, of 8 to 64 characters, requestId: the id of an invocation }';
    return [problem(['like'], `${show(like)} names no invocation of a run`, expected)];
  }
  const good =
    seed === undefined ||
    (typeof seed === 'number' && Number.isFinite(seed)) ||
    (typeof seed === 'string' && seed !== '' && seed.length <= longestSeed);
  const expected = `a number, or a text of at most ${longestSeed} characters`;
  return good ? [] : [problem(['seed'], `${show(seed)} is no seed`, expected)];
}

/** A journal has all that decides. */
function beside(options: Mapping): Problem[] {
  return ['faults', 'seed', 'like']
    .filter((name) => options[name] !== undefined)
    .map((name) =>
      problem([name], `"${name}" cannot stand beside "replay"`, 'the journal alone, which has its own'),
    );
}

function checkDifferences(differences: unknown, replay: unknown): Problem[] {
  if (differences === undefined) return [];
  if (differences !== 'throw' && differences !== 'report')
    return [problem(['differences'], `${show(differences)} is nothing to do`, '"throw" or "report"')];
  return replay === undefined
    ? [problem(['differences'], 'Without a replay there is nothing to differ from', 'replay: a journal')]
    : [];
}

function checkClock(clock: unknown): Problem[] {
  if (clock === undefined || isClock(clock)) return [];
  return [problem(['clock'], 'This is no clock', '{ now(): number; after(ms, then): () => void }')];
}

function inReplay(one: Problem): Problem {
  return { ...one, path: ['replay', ...one.path] };
}

function isClock(value: unknown): value is TestClock {
  return isMapping(value) && typeof value['now'] === 'function' && typeof value['after'] === 'function';
}

function isLike(value: unknown): value is Like {
  if (!isMapping(value)) return false;
  const { salt, requestId } = value;
  const isSalt = typeof salt === 'string' && salt.length >= 8 && salt.length <= 64;
  return isSalt && (requestId === undefined || (typeof requestId === 'string' && requestId !== ''));
}

function problem(path: Path, message: string, expected: string): Problem {
  return { path, code: 'invalid-option', message, found: '', expected };
}
