import { createHash } from 'node:crypto';
import { MemoryFunctionTable } from '../../../src/adapters/memory-function-table.ts';
import type { Phase, Run } from '../../../src/core/run.ts';
import type { EffectContext } from '../../../src/engine/ports.ts';
import { type DirectiveWish, signFor, type SignedDirective } from '../../../src/faults/directive.ts';
import { DoseDriver, doseOf } from '../../../src/faults/dose.ts';
import { verifyDirective } from '../../../src/layer/directive/token.ts';
import type { Dose, Experiment } from '../../../src/generated/types.ts';
import { experiment } from '../../contract/samples.ts';
import { type Driven, drivenTo, factsOf, unit } from '../core/decide-support.ts';

const { exposure: _none, ...withoutGroups } = experiment;
const directed: Experiment = { ...withoutGroups, directives: true };
const facts = factsOf({ units: [{ ...unit, faults: ['f1'] }] });
const inPhase = (phase: Phase, file = directed): Driven => drivenTo(phase, { experiment: file }, facts);

let drawn = 0;
/** Different each time, and the same in each test run. */
function random(bytes: number): string {
  drawn += 1;
  return createHash('sha256').update(String(drawn)).digest().subarray(0, bytes).toString('base64url');
}

const context = (run: Run): EffectContext => ({
  run,
  unit: run.units[0]!,
  epoch: 4,
  undo: undefined,
  signal: new AbortController().signal,
});

const now = inPhase('observing').at + 5_000;
const key = Buffer.alloc(32, 3).toString('base64url');

function sign(
  run: Run,
  wish: Partial<DirectiveWish> = {},
  dose: Dose | undefined = doseOf(run, run.units[0]!, 4, key),
): Promise<SignedDirective> {
  const ports = { readDose: () => Promise.resolve(dose), now: () => now, random };
  return signFor(run, { target: 'checkout', ...wish }, ports);
}

describe('the dose', () => {
  it('takes the breaker of the experiment along, and has none without', () => {
    const { run } = inPhase('observing');
    const unit = run.units[0]!;
    const careful: Run = { ...run, experiment: { ...run.experiment, abort: { failuresPerSandbox: 3 } } };
    expect(doseOf(careful, unit, 4)).toMatchObject({ breaker: { failures: 3 } });
    expect(doseOf(run, unit, 4)).not.toHaveProperty('breaker');
  });
});

describe('a directive that is signed', () => {
  it('is one that the layer of the target accepts, for as long as was asked', async () => {
    const { run } = inPhase('observing');
    const signed = await sign(run, { faults: ['f1'], seconds: 7 });
    if (signed.result !== 'directive') throw new Error(signed.reason);
    const { header, attribute, faults, expiresAt } = signed;
    expect({ name: header.name, attribute, faults, expiresAt }).toEqual({
      name: 'x-inoculate-directive',
      attribute: 'InoculateDirective',
      faults: ['f1'],
      expiresAt: now + 7_000,
    });
    const expected = { key, runId: run.id, functionName: 'shop-checkout', faults: new Set(['f1']), now };
    expect(verifyDirective(header.value, expected)).toMatchObject({
      directive: { faults: ['f1'], expiresAt },
    });
    expect(verifyDirective(header.value, { ...expected, functionName: 'shop-orders' })).toEqual({
      ignored: 'directive-foreign',
    });
    expect(signed.header.value).not.toContain(key);
  });

  it('is for all faults of the target, and 20 seconds, where nothing is said; never two alike', async () => {
    const { run } = inPhase('observing');
    const [one, other] = await Promise.all([sign(run), sign(run)]);
    expect(one).toMatchObject({ result: 'directive', faults: ['f1'], expiresAt: now + 20_000 });
    expect(one).not.toEqual(other);
  });

  it('never outlasts the dose, and is never valid for longer than the layer lets it be', async () => {
    const { run } = inPhase('observing');
    const dose = doseOf(run, run.units[0]!, 4, key);
    const short = await sign(run, {}, { ...dose, expiresAt: now + 3_000 });
    expect(short).toMatchObject({ expiresAt: now + 3_000 });
    expect(await sign(run, { seconds: 500 })).toMatchObject({ expiresAt: now + 30_000 });
  });
});

describe('no directive is signed', () => {
  const refusal = async (asked: Promise<SignedDirective>): Promise<string> => {
    const answer = await asked;
    if (answer.result === 'directive') throw new Error('it was signed');
    return `${answer.notYet ? 'not yet: ' : ''}${answer.reason}`;
  };

  it.each<[Phase, RegExp]>([
    ['requested', /^not yet: .* injects nothing now: it is requested/],
    ['announced', /^not yet: .* it is announced/],
    ['checking', /^not yet: .* it is checking/],
    ['injecting', /^not yet: The dose of checkout is not in place yet/],
    ['reverting', /^Run .* injects nothing now: it is reverting/],
    ['recovering', /^Run .* it is recovering/],
    ['ended', /^Run .* it is ended/],
  ])('while the run is %s', async (phase, words) => {
    const { run } = inPhase(phase);
    const dose = doseOf(inPhase('observing').run, inPhase('observing').run.units[0]!, 4, key);
    expect(await refusal(sign(run, {}, dose))).toMatch(words);
  });

  it.each<[string, Partial<DirectiveWish>, RegExp]>([
    ['a target that the run does not have', { target: 'payment' }, /"payment" .*: ask for "checkout"/],
    ['a fault that the target does not have', { faults: ['f1', 'f7'] }, /Fault f7 .*: ask for "f1"/],
  ])('for %s', async (_what, wish, words) => {
    expect(await refusal(sign(inPhase('observing').run, wish))).toMatch(words);
  });

  it('where the experiment takes none, or the dose is gone, expired, another run’s, or has no key', async () => {
    const { run } = inPhase('observing');
    const dose = doseOf(run, run.units[0]!, 4, key);
    expect(await refusal(sign(inPhase('observing', experiment).run))).toMatch(/takes no directives/);
    const ports = { readDose: () => Promise.resolve(undefined), now: () => now, random };
    expect(await refusal(signFor(run, { target: 'checkout' }, ports))).toMatch(/is not in place/);
    expect(await refusal(sign(run, {}, { ...dose, expiresAt: now }))).toMatch(/is not in place/);
    expect(await refusal(sign(run, {}, { ...dose, runId: 'another' }))).toMatch(/is not in place/);
    expect(await refusal(sign(run, {}, doseOf(run, run.units[0]!, 4)))).toMatch(/no key/);
  });
});

describe('the key', () => {
  it('is in the dose of an experiment that takes directives, another one each time, and in no other dose', async () => {
    const functions = new MemoryFunctionTable();
    const driver = new DoseDriver(functions, random);
    const keys: unknown[] = [];
    for (let time = 0; time < 2; time += 1) {
      await driver.apply(context(inPhase('injecting').run));
      keys.push(functions.doses.get('shop-checkout')?.dose?.directiveKey);
    }
    expect(keys).toEqual([expect.stringMatching(/^[\w-]{43}$/), expect.stringMatching(/^[\w-]{43}$/)]);
    expect(keys[0]).not.toBe(keys[1]);
    await driver.apply(context(inPhase('injecting', experiment).run));
    expect(functions.doses.get('shop-checkout')?.dose).not.toHaveProperty('directiveKey');
  });

  it('is in no undo record, and in nothing that is read back', async () => {
    const functions = new MemoryFunctionTable();
    const driver = new DoseDriver(functions, random);
    const driven = inPhase('injecting');
    await driver.apply(context(driven.run));
    const secret = functions.doses.get('shop-checkout')?.dose?.directiveKey ?? '';
    expect(secret).toHaveLength(43);
    expect(JSON.stringify(await driver.capture(context(driven.run)))).not.toContain(secret);
    expect(JSON.stringify(await driver.readBack(context(driven.run)))).not.toContain(secret);
  });
});
