import type { Json } from '../../src/engine/ports.ts';
import { effectErrorOf } from '../../src/faults/changers/aws-errors.ts';
import { Held } from '../support/aws/watched-aws.ts';
import { type Bench, disturbing, expectedFailure, type Make } from './changer-bench.ts';

export function describeOthers(made: Make, captured: Make, applied: Make, conditional: boolean): void {
  /** Each change that others may make, on a bench and on a resource that never knew a fault. */
  const everyChange = async (
    prepare: Make,
    check: (
      bench: Bench,
      change: Bench['resource']['others'][string],
      alone: Json,
      what: string,
    ) => Promise<void>,
  ): Promise<void> => {
    const names = Object.keys((await made()).resource.others);
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) {
      const twin = await made();
      await twin.resource.others[name]?.make();
      const bench = await prepare();
      const change = bench.resource.others[name];
      if (change === undefined) throw new Error(`No ${name}`);
      await check(bench, change, await twin.resource.describe(), name);
    }
  };

  it('leaves what others change under the fault, and tells it (promise 4)', async () => {
    await everyChange(applied, async (bench, change, alone, what) => {
      await change.make();
      const { read, detail } = await bench.revert();
      expect([what, read]).toEqual([what, change.leaves]);
      if (read === 'drift') expect(detail).not.toBe('');
      expect([what, await bench.resource.describe()]).toEqual([what, alone]);
      expect((await bench.revert()).read).toBe(change.leaves);
      expect([what, await bench.resource.describe()]).toEqual([what, alone]);
    });
  });

  it('leaves what others change between capture and apply', async () => {
    await everyChange(captured, async (bench, change, alone, what) => {
      await change.make();
      if (change.refusesApply)
        await expect(bench.apply()).rejects.toMatchObject({ code: 'changed-meanwhile', unknown: false });
      else await bench.apply();
      await bench.revert();
      expect([what, await bench.resource.describe()]).toEqual([what, alone]);
    });
  });

  if (!conditional) return;

  it('never overwrites what others write between our look and our change', async () => {
    for (const [prepare, effect] of [
      [captured, 'apply'],
      [applied, 'revert'],
    ] as const)
      await everyChange(prepare, async (bench, change, alone, what) => {
        const aws = disturbing(
          bench.resource.process(),
          0,
          { kind: 'meanwhile', work: () => change.make() },
          'changes',
        );
        const failed = await bench[effect](aws).then(
          () => undefined,
          (error: unknown) => effectErrorOf(error, ''),
        );
        expect([what, failed]).toEqual([
          what,
          expect.objectContaining({ code: 'condition-failed', unknown: false }),
        ]);
        await bench.revert();
        expect([what, await bench.resource.describe()]).toEqual([what, alone]);
      });
  });

  it('changes nothing of what others wrote by an apply that lands late', async () => {
    await everyChange(captured, async (bench, change, alone, what) => {
      const held = new Held();
      const aws = disturbing(bench.resource.process(), 0, { kind: 'late', held }, 'changes');
      await bench.apply(aws).catch(expectedFailure);
      await change.make();
      expect([what, await held.letIn()]).toEqual([what, false]);
      await bench.revert();
      expect([what, await bench.resource.describe()]).toEqual([what, alone]);
    });
  });
}
