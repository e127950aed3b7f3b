import { readFileSync } from 'node:fs';
import { unevenSplit } from '../../../src/stats/balance.ts';
import { LAMBDAS, LOG_WEIGHTS, pValue, type Side } from '../../../src/stats/betting.ts';
import { exceedances, lnGammaOf, type Histogram } from '../../../src/stats/histogram.ts';
import { oneArm, shareInterval } from '../../../src/stats/one-arm.ts';
import { detectableOneArm, detectableTwoArms, requiredTwoArms } from '../../../src/stats/planning.ts';
import { quantileBuckets, quantileInterval } from '../../../src/stats/quantiles.ts';
import { differenceInterval, ratioInterval, twoArms, type ArmCounts } from '../../../src/stats/two-arms.ts';

/** What the vectors hold is read with these: an unexpected shape fails the test instead of passing unseen. */
type Given = Readonly<Record<string, unknown>>;
const record = (value: unknown): Given => {
  if (typeof value !== 'object' || value === null) throw new Error(`vector: ${JSON.stringify(value)}`);
  return { ...value };
};
const number = (given: Given, key: string): number => {
  const value = given[key];
  if (typeof value !== 'number') throw new Error(`vector: ${key} is ${JSON.stringify(value)}, not a number`);
  return value;
};
const side = (given: Given): Side => {
  const value = given['side'] ?? 'up';
  if (value !== 'up' && value !== 'down') throw new Error(`vector: side is ${JSON.stringify(value)}`);
  return value;
};
const rows = (value: unknown): readonly unknown[] => {
  if (!Array.isArray(value)) throw new Error(`vector: ${JSON.stringify(value)} is not a list`);
  return value;
};
const counts = (given: Given): ArmCounts => {
  const [experimentalBad, experimentalGood, controlBad, controlGood] = rows(given['counts']).map(Number);
  return {
    experimentalBad: experimentalBad ?? NaN,
    experimentalGood: experimentalGood ?? NaN,
    controlBad: controlBad ?? NaN,
    controlGood: controlGood ?? NaN,
  };
};
const histogram = (given: Given): Histogram =>
  rows(given['hist']).map((row) => [Number(rows(row)[0]), Number(rows(row)[1])] as const);
const contrast = (given: Given) => ({
  pi: number(given, 'pi'),
  ratio: number(given, 'r'),
  margin: number(given, 'delta'),
  centre: number(given, 'c'),
});
const budget = (given: Given) => ({ alpha: number(given, 'alpha'), weight: number(given, 'w') });
const latencies = (given: Given) => ({ histogram: histogram(given), late: 0, unknown: 0 });
const evidence = (logE: number): Given => ({ logE, p: pValue(logE) });

const covered: Readonly<Record<string, (given: Given) => Given>> = {
  t1: (given) => {
    const outcomes = { bad: number(given, 's'), n: number(given, 'n') };
    return evidence(oneArm(side(given), outcomes, number(given, 'm0')));
  },
  t1cs: (given) => ({
    ...shareInterval({ bad: number(given, 's'), n: number(given, 'n') }, number(given, 'alpha')),
  }),
  t2: (given) => evidence(twoArms(side(given), counts(given), contrast(given))),
  t2diffcs: (given) => {
    const shape = { pi: number(given, 'pi'), centre: number(given, 'c') };
    return { ...differenceInterval(counts(given), shape, number(given, 'alpha')) };
  },
  t2ratiocs: (given) => {
    const bad = { experimental: number(given, 'badE'), control: number(given, 'badC') };
    return { ...ratioInterval(bad, number(given, 'pi'), number(given, 'alpha')) };
  },
  srm: (given) => ({
    logE: unevenSplit({ experimental: number(given, 'nE'), n: number(given, 'n') }, number(given, 'pi')),
  }),
  exceed: (given) => ({
    ...exceedances(histogram(given), number(given, 'tau'), lnGammaOf(number(given, 'a'))),
  }),
  quantilecs: (given) => {
    const [q, alpha, lnGamma] = [number(given, 'q'), number(given, 'alpha'), lnGammaOf(number(given, 'a'))];
    const { lower, upper } = quantileBuckets(latencies(given), q, alpha);
    return { jL: lower, jU: upper, ...quantileInterval(latencies(given), q, alpha, lnGamma) };
  },
  nreq: (given) => {
    const shares = { experimental: number(given, 'pE'), control: number(given, 'pC') };
    return { n: requiredTwoArms(side(given), shares, contrast(given), budget(given)) };
  },
  mde: (given) => ({
    mde: detectableTwoArms(number(given, 'n'), number(given, 'pC'), contrast(given), budget(given)),
  }),
  mde1: (given) => ({ mde: detectableOneArm(number(given, 'n'), number(given, 'm0'), budget(given)) }),
};

/** Kinds that wait for the tests of relative latency and for restarts. */
const later: readonly string[] = ['latencystream', 'engine'];

const file = record(
  JSON.parse(readFileSync(new URL('../../vectors/statistics.json', import.meta.url), 'utf8')),
);
const grid = record(file['grid']);
const vectors = rows(file['cases']).map((row) => {
  const { id, kind, in: given, out } = record(row);
  return { id: String(id), kind: String(kind), given: record(given), out: record(out) };
});

const TOLERANCE = 1e-9;

describe('the reference vectors of the statistics', () => {
  it('have no kind that is neither reproduced here nor named as later', () => {
    const kinds = [...new Set(vectors.map((one) => one.kind))].toSorted();
    expect(kinds).toEqual([...Object.keys(covered), ...later].toSorted());
  });

  it('have the betting grid that is used', () => {
    expectClose('lambda', LAMBDAS, grid['lambda']);
    expectClose('logw', LOG_WEIGHTS, grid['logw']);
  });

  const cases = vectors.filter((one) => !later.includes(one.kind));
  it.each(cases.map((one) => [one.id, one] as const))('are reproduced: %s', (id, one) => {
    const compute = covered[one.kind];
    if (compute === undefined) throw new Error(`nothing reproduces vectors of kind ${one.kind}`);
    const found = compute(one.given);
    expect(Object.keys(found).toSorted()).toEqual(Object.keys(one.out).toSorted());
    for (const [key, expected] of Object.entries(one.out)) expectClose(`${id} ${key}`, found[key], expected);
  });
});

function expectClose(what: string, found: unknown, expected: unknown): void {
  if (Array.isArray(expected)) {
    expect(found).toHaveLength(expected.length);
    expected.forEach((one, index) => expectClose(`${what}[${index}]`, rows(found)[index], one));
    return;
  }
  if (typeof expected !== 'number') return expect({ what, found }).toEqual({ what, found: expected });
  const off = typeof found === 'number' ? Math.abs(found - expected) : Infinity;
  expect({ what, found, close: off <= TOLERANCE * Math.max(1, Math.abs(expected)) }).toEqual({
    what,
    found,
    close: true,
  });
}
