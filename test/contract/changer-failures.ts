import type { Json } from '../../src/engine/ports.ts';
import { effectErrorOf } from '../../src/faults/changers/aws-errors.ts';
import { changesSomething, type Disturbance, Held, type WatchedAws } from '../support/aws/watched-aws.ts';
import { type Bench, disturbing, expectedFailure, expectRestored, type Make } from './changer-bench.ts';

/** Each call of an effect in turn, until the effect is through without reaching it. */
async function atEveryCall(
  made: Make,
  disturbance: Disturbance,
  effect: (bench: Bench, aws: WatchedAws) => Promise<unknown>,
  after: (bench: Bench, error: unknown, aws: WatchedAws) => Promise<void>,
  which: 'every call' | 'changes' = 'every call',
): Promise<void> {
  for (let n = 0; n < 50; n += 1) {
    const bench = await made();
    const aws = disturbing(bench.resource.process(), n, disturbance, which);
    let error: unknown;
    try {
      await effect(bench, aws);
    } catch (caught) {
      error = caught;
    }
    const reached = which === 'every call' ? aws.calls.length : aws.calls.filter(changesSomething).length;
    if (reached <= n) {
      expect(n).toBeGreaterThan(0);
      expect(error).toBeUndefined();
      return;
    }
    await after(bench, error, aws);
  }
  throw new Error('More than 50 calls for one effect');
}

export function describeCrashes(captured: Make, applied: Make): void {
  for (const when of ['before', 'after'] as const) {
    it(`takes back an apply whose process died ${when} any of its calls (L3, L9, L11, L12)`, async () => {
      let before: Json = null;
      const remembered = async (): Promise<Bench> => {
        const bench = await captured();
        before = await bench.resource.describe();
        return bench;
      };
      await atEveryCall(
        remembered,
        { kind: 'crash', when },
        (bench, aws) => bench.apply(aws),
        (bench) => expectRestored(bench, before),
      );
    });

    it(`finishes a revert whose process died ${when} any of its calls (L1, L9)`, async () => {
      const untouched = await (await captured()).resource.describe();
      await atEveryCall(
        applied,
        { kind: 'crash', when },
        (bench, aws) => bench.revert(aws),
        (bench) => expectRestored(bench, untouched),
      );
    });
  }
}

export function describeRefusals(captured: Make, applied: Make): void {
  for (const why of ['throttled', 'access-denied'] as const) {
    it(`says that nothing may still land where AWS turned a call of the apply away: ${why}`, async () => {
      const before = await (await captured()).resource.describe();
      await atEveryCall(
        captured,
        { kind: 'refuse', why },
        (bench, aws) => bench.apply(aws),
        async (bench, error) => {
          // The SDK sends again what only reads; only then nothing has failed.
          if (error !== undefined)
            expect(effectErrorOf(error, '')).toMatchObject({ code: why, unknown: false });
          await expectRestored(bench, before);
        },
      );
    });

    it(`is loud where AWS turned a call of the revert away, and reverts the next time: ${why} (L1, L23)`, async () => {
      const before = await (await captured()).resource.describe();
      await atEveryCall(
        applied,
        { kind: 'refuse', why },
        (bench, aws) => bench.revert(aws),
        async (bench, error) => {
          if (why === 'access-denied') expect(error).toBeDefined();
          if (error !== undefined) expect(effectErrorOf(error, '').code).toBe(why);
          await expectRestored(bench, before);
        },
      );
    });
  }
}

export function describeUnknownOutcomes(captured: Make): void {
  for (const when of ['before', 'after'] as const) {
    it(`sends a change once, says that its outcome is unknown, and takes it back: connection broken ${when} it was made (L21)`, async () => {
      const before = await (await captured()).resource.describe();
      await atEveryCall(
        captured,
        { kind: 'break', when },
        (bench, aws) => bench.apply(aws),
        async (bench, error, aws) => {
          const changes = aws.calls.filter(changesSomething).map((call) => JSON.stringify(call));
          expect(new Set(changes).size).toBe(changes.length);
          expect(error).toBeDefined();
          expect(effectErrorOf(error, '').unknown).toBe(true);
          await expectRestored(bench, before);
        },
        'changes',
      );
    });
  }

  it('takes back an apply that landed after a revert', async () => {
    for (let n = 0; n < 50; n += 1) {
      const bench = await captured();
      const before = await bench.resource.describe();
      const held = new Held();
      const aws = disturbing(bench.resource.process(), n, { kind: 'late', held }, 'changes');
      await bench.apply(aws).catch(expectedFailure);
      if (aws.calls.filter(changesSomething).length <= n) return;
      await expectRestored(bench, before);
      await held.letIn();
      await expectRestored(bench, before);
    }
  });
}
