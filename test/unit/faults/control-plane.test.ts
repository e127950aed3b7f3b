import { ControlPlaneDriver, controlPlaneDrivers, markerOf } from '../../../src/faults/control-plane.ts';
import type { TargetFacts } from '../../../src/core/facts.ts';
import type { Run, Unit } from '../../../src/core/run.ts';
import type { EffectContext } from '../../../src/engine/ports.ts';
import { lambdaConfiguration } from '../../../src/faults/changers/lambda-configuration.ts';
import { lambdaConcurrency } from '../../../src/faults/changers/lambda-concurrency.ts';
import type { Changer, Effects } from '../../../src/faults/module.ts';
import type { Experiment } from '../../../src/generated/types.ts';
import { experiment, runOf } from '../../contract/samples.ts';
import { functionTarget } from '../../contract/subjects/support.ts';
import { FakeAws } from '../../support/aws/fake-aws.ts';
import { FakeLambda } from '../../support/aws/fake-lambda.ts';

const checkout = { ...functionTarget('shop-checkout', 'arn:checkout'), name: 'checkout' };
const pricing = { ...functionTarget('shop-pricing', 'arn:pricing'), name: 'pricing' };

function experimentWith(...faults: Experiment['faults']): Experiment {
  return { ...experiment, faults };
}

const both = experimentWith(
  { kind: 'lambda.timeout', target: 'checkout', timeout: 1_000 },
  { kind: 'invocation.error', target: 'checkout' },
  { kind: 'lambda.memory', target: 'checkout', memoryMb: 128 },
  { kind: 'lambda.timeout', target: 'pricing', timeout: 1_000 },
);

const aws = new FakeAws({ Lambda: new FakeLambda().service });

function contextOf(changer: Changer, of: Experiment, targets: readonly TargetFacts[]): EffectContext {
  const [planned] = new ControlPlaneDriver(changer, aws.clients()).plan(of, targets);
  if (planned === undefined) throw new Error('Nothing was planned');
  const unit: Unit = { ...planned, state: { at: 'planned' } };
  const run: Run = { ...runOf({ experiment: of }), targets: [...targets], units: [unit] };
  return { run, unit, epoch: 1, undo: undefined, signal: new AbortController().signal };
}

describe('units of control-plane faults', () => {
  it('are one for all faults with one changer on one target: the timeout and memory of a function', () => {
    const driver = new ControlPlaneDriver(lambdaConfiguration, aws.clients());
    const units = driver.plan(both, [checkout, pricing]);
    expect(units.map(({ id, faults, settleMs }) => [id, faults, settleMs])).toEqual([
      ['lambda-configuration:shop-checkout', ['f1', 'f3'], 5_000],
      ['lambda-configuration:shop-pricing', ['f4'], 5_000],
    ]);
  });

  it('are none for what does not exist, and for faults of others', () => {
    const driver = new ControlPlaneDriver(lambdaConfiguration, aws.clients());
    expect(driver.plan(both, [{ ...checkout, id: null, arn: null }])).toEqual([]);
    expect(new ControlPlaneDriver(lambdaConcurrency, aws.clients()).plan(both, [checkout])).toEqual([]);
  });

  it('name the faults that may lose data of this very target (rule 8)', () => {
    const driver = new ControlPlaneDriver(lambdaConfiguration, aws.clients());
    const asynchronous: TargetFacts = { ...checkout, asynchronous: true };
    expect(driver.plan(both, [asynchronous]).map(({ losesData }) => losesData)).toEqual([['f1', 'f3']]);
    expect(driver.plan(both, [checkout]).map(({ losesData }) => losesData)).toEqual([[]]);
  });
});

describe('the driver of a changer', () => {
  it('is there once for every changer, and each has a name of its own', () => {
    const names = controlPlaneDrivers(aws.clients()).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(expect.arrayContaining(['lambda-concurrency', 'lambda-configuration']));
  });

  it('says which resource failed, and whether something may still land', async () => {
    const driver = new ControlPlaneDriver(lambdaConfiguration, aws.clients());
    await expect(driver.capture(contextOf(lambdaConfiguration, both, [checkout]))).rejects.toMatchObject({
      name: 'EffectError',
      code: 'absent',
      unknown: false,
    });
    const failing: Effects = {
      capture: () => Promise.resolve(null),
      apply: () => Promise.reject(new Error('socket hang up')),
      revert: () => Promise.reject(new Error('socket hang up')),
      readBack: () => Promise.reject(new Error('socket hang up')),
    };
    const broken: Changer = { ...lambdaConfiguration, load: () => Promise.resolve(failing) };
    const context = { ...contextOf(lambdaConfiguration, both, [checkout]), undo: {} };
    await expect(new ControlPlaneDriver(broken, aws.clients()).apply(context)).rejects.toMatchObject({
      code: 'no-answer',
      unknown: true,
      message: expect.stringContaining('lambda-configuration:shop-checkout'),
    });
  });

  it('does nothing without an undo record (promise 1)', async () => {
    const context = contextOf(lambdaConfiguration, both, [checkout]);
    for (const effect of ['apply', 'revert', 'readBack'] as const)
      await expect(
        new ControlPlaneDriver(lambdaConfiguration, aws.clients())[effect](context),
      ).rejects.toMatchObject({ code: 'no-undo-record', unknown: false });
  });

  it('loads again what could not be loaded, and says that nothing was changed', async () => {
    let loads = 0;
    const changer: Changer = {
      ...lambdaConfiguration,
      load: (clients) =>
        (loads += 1) === 1 ? Promise.reject(new Error('no module')) : lambdaConfiguration.load(clients),
    };
    const driver = new ControlPlaneDriver(changer, aws.clients());
    const context = contextOf(lambdaConfiguration, both, [checkout]);
    await expect(driver.capture(context)).rejects.toMatchObject({ code: 'no-answer', unknown: false });
    await expect(driver.capture(context)).rejects.toMatchObject({ code: 'absent' });
    expect(loads).toBe(2);
  });
});

describe('the marker of what a run adds to a resource', () => {
  it('is the same for the same run and unit, and another for every other', () => {
    const ids = ['a', 'b', 'run 1', 'run', '1'];
    const markers = ids.flatMap((run) => ids.map((unit) => markerOf({ id: run }, { id: unit })));
    expect(new Set(markers).size).toBe(markers.length);
    expect(markers).toContain(markerOf({ id: 'a' }, { id: 'b' }));
    for (const marker of markers) expect(marker).toMatch(/^Inoculate[0-9a-f]{16}$/);
  });
});
