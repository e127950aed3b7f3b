import fc from 'fast-check';
import { Bench, disturbing, expectedFailure, type Subject } from './changer-bench.ts';

type Step =
  | { readonly do: 'apply' | 'revert' | 'read' }
  | { readonly do: 'crash'; readonly in: 'apply' | 'revert'; readonly call: number; readonly when: When }
  | { readonly do: 'break'; readonly in: 'apply' | 'revert'; readonly call: number; readonly when: When }
  | { readonly do: 'others'; readonly change: string };
type When = 'before' | 'after';

function steps(others: readonly string[]): fc.Arbitrary<readonly Step[]> {
  const failing = {
    in: fc.constantFrom('apply' as const, 'revert' as const),
    call: fc.nat(4),
    when: fc.constantFrom('before' as const, 'after' as const),
  };
  const step: fc.Arbitrary<Step> = fc.oneof(
    fc.record({ do: fc.constantFrom('apply' as const, 'revert' as const, 'read' as const) }),
    fc.record({ do: fc.constant('crash' as const), ...failing }),
    fc.record({ do: fc.constant('break' as const), ...failing }),
    fc.record({ do: fc.constant('others' as const), change: fc.constantFrom(...others) }),
  );
  return fc.array(step, { maxLength: 8 });
}

/** Our effects, failing as they may, between changes by others: what is left in the end is what those others made. */
export function describeHistories(subject: () => Subject, histories: number): void {
  it('leaves exactly what others made, after any history of our effects, their failures and changes by others', async () => {
    const sample = await subject().make();
    await fc.assert(
      fc.asyncProperty(steps(Object.keys(sample.others)), async (history) => {
        const bench = new Bench(subject(), await subject().make());
        const twin = await subject().make();
        await bench.capture();
        for (const step of history) {
          await take(bench, step);
          if (step.do === 'others') await twin.others[step.change]?.make();
        }
        expect(['clean', 'drift']).toContain((await bench.revert()).read);
        expect(await bench.resource.describe()).toEqual(await twin.describe());
      }),
      { numRuns: histories },
    );
  });
}

async function take(bench: Bench, step: Step): Promise<void> {
  if (step.do === 'others') {
    await bench.resource.others[step.change]?.make();
  } else if (step.do === 'read') {
    await bench.readBack();
  } else if (step.do === 'crash' || step.do === 'break') {
    const aws = disturbing(bench.resource.process(), step.call, { kind: step.do, when: step.when });
    await bench[step.in](aws).catch(expectedFailure);
  } else await bench[step.do]().catch(expectedFailure);
}
