import { iamActionOf } from '../support/aws/iam-actions.ts';
import { changesSomething } from '../support/aws/watched-aws.ts';
import { Bench, expectRestored, type Make, type Subject } from './changer-bench.ts';
import { describeCrashes, describeRefusals, describeUnknownOutcomes } from './changer-failures.ts';
import { describeHistories } from './changer-histories.ts';
import { describeOthers } from './changer-others.ts';

export interface ContractOptions {
  /** A condition of AWS's own keeps our writes from meeting what others wrote: the changer has no window. */
  readonly conditional?: boolean;
  /** Random histories to try. */
  readonly histories?: number;
  /** Whether calls are turned away and cut off as well. Both happen at the client's edge, whatever stands behind it. */
  readonly disturbed?: boolean;
}

/** What every changer promises, whatever fails in it, and whatever others do meanwhile. */
export function describeChanger(
  name: string,
  open: () => Promise<Subject> | Subject,
  { conditional = false, histories = 40, disturbed = true }: ContractOptions = {},
): void {
  describe(`changer: ${name}`, () => {
    let subject: Subject;
    beforeAll(async () => {
      subject = await open();
    });
    afterAll(() => subject.close?.());
    const made = async (): Promise<Bench> => new Bench(subject, await subject.make());
    const captured = async (): Promise<Bench> => {
      const bench = await made();
      await bench.capture();
      return bench;
    };
    const applied = async (): Promise<Bench> => {
      const bench = await captured();
      await bench.apply();
      return bench;
    };
    describePlainCycle(() => subject, made, captured, applied);
    describeCrashes(captured, applied);
    describeOthers(made, captured, applied, conditional);
    if (!disturbed) return;
    describeRefusals(captured, applied);
    describeUnknownOutcomes(captured);
    describeHistories(() => subject, histories);
  });
}

function describePlainCycle(subject: () => Subject, made: Make, captured: Make, applied: Make): void {
  it('restores every field exactly, and reads what is there at each step (L5, L20, L22)', async () => {
    const bench = await made();
    const before = await bench.resource.describe();
    await bench.capture();
    expect(await bench.resource.describe()).toEqual(before);
    expect((await bench.readBack()).read).toBe('clean');
    await bench.apply();
    expect(await bench.resource.describe()).not.toEqual(before);
    expect((await bench.readBack()).read).toBe('ours');
    await expectRestored(bench, before);
  });

  it('changes nothing while it captures and reads', async () => {
    const bench = await made();
    const aws = bench.resource.process();
    await bench.capture(aws);
    await bench.readBack(aws);
    expect(aws.calls.filter(changesSomething)).toEqual([]);
  });

  it('applies twice as once, and reverts twice as once', async () => {
    const bench = await made();
    const before = await bench.resource.describe();
    await bench.capture();
    await bench.apply();
    const under = await bench.resource.describe();
    await bench.apply();
    expect(await bench.resource.describe()).toEqual(under);
    await expectRestored(bench, before);
    await expectRestored(bench, before);
  });

  it('reverts what was never applied by changing nothing (L10)', async () => {
    const bench = await captured();
    const aws = bench.resource.process();
    expect((await bench.revert(aws)).read).toBe('clean');
    expect(aws.calls.filter(changesSomething)).toEqual([]);
  });

  it('changes nothing under an undo record of another form', async () => {
    const bench = await captured();
    const before = await bench.resource.describe();
    for (const undo of [null, {}, 'x', 7, [], { before: 1 }, { version: 99 }]) {
      await expect(bench.applyWith(undo)).rejects.toMatchObject({ name: 'EffectError', unknown: false });
      await expect(bench.revert(undefined, undo)).rejects.toMatchObject({ name: 'EffectError' });
    }
    expect(await bench.resource.describe()).toEqual(before);
  });

  it('can cut off each of its requests', async () => {
    const bench = await made();
    for (const effect of ['capture', 'apply', 'readBack', 'revert'] as const) {
      const aws = bench.resource.process();
      await bench[effect](aws);
      expect(aws.signals.length).toBeGreaterThan(0);
      expect(aws.signals.every((signal) => signal === bench.signal)).toBe(true);
    }
  });

  it('makes only calls that its permissions name for that step', async () => {
    const bench = await made();
    const steps = { capture: 'capture', apply: 'apply', readBack: 'read', revert: 'revert' } as const;
    for (const effect of ['capture', 'apply', 'readBack', 'revert'] as const) {
      const aws = bench.resource.process();
      await bench[effect](aws);
      const allowed = subject()
        .changer.permissions.filter(({ during }) => during.includes(steps[effect]))
        .flatMap(({ actions }) => actions);
      const called = [...new Set(aws.calls.map(iamActionOf))];
      expect([effect, called.filter((action) => !allowed.includes(action))]).toEqual([effect, []]);
    }
  });

  it('changes nothing once its time is over', async () => {
    const bench = await captured();
    const before = await bench.resource.describe();
    const aws = bench.resource.process();
    await expect(bench.apply(aws, AbortSignal.abort())).rejects.toBeDefined();
    expect(await bench.resource.describe()).toEqual(before);
  });

  it('refuses to capture what does not exist', async () => {
    const bench = await made();
    await bench.resource.remove();
    await expect(bench.capture()).rejects.toMatchObject({ code: 'absent', unknown: false });
  });

  it('does not apply to what has gone, and reads it as absent (L13)', async () => {
    const bench = await captured();
    await bench.resource.remove();
    await expect(bench.apply()).rejects.toMatchObject({ code: 'absent', unknown: false });
    expect((await bench.revert()).read).toBe('absent');
    expect((await bench.readBack()).read).toBe('absent');
  });

  it('reads what went under the fault as absent, and does not make it again (L13)', async () => {
    const bench = await applied();
    await bench.resource.remove();
    expect((await bench.revert()).read).toBe('absent');
    expect(await bench.resource.describe()).toBeNull();
  });
}
