import { evidenceSoFar } from '../../../src/core/evidence-so-far.ts';
import type { RunStateChange } from '../../../src/core/publication.ts';
import { experiment } from '../../contract/samples.ts';
import { type Driven, drivenTo, factsOf, observed } from './decide-support.ts';

const minuteMs = 60_000;
const evidenceOf = ({ handed }: Driven): readonly RunStateChange[] =>
  handed.flatMap(({ command }) =>
    command.type === 'publish' && command.change.kind === 'evidence' ? [command.change] : [],
  );

describe('what people hear of a run under way', () => {
  it.each([
    ['at each quarter of a long run', 20 * minuteMs, 3],
    ['at half-time of a shorter one', 8 * minuteMs, 1],
    ['never of one that is soon over', 3 * minuteMs, 0],
  ])('comes %s', (_name, duration, times) => {
    const limits = { ...factsOf().limits, maxDurationMs: duration };
    const driven = drivenTo('observing', { experiment: { ...experiment, duration } }, factsOf({ limits }));
    const told: RunStateChange[] = [];
    for (let at = 0; at < duration - 15_000; at += 10_000) {
      driven.tick(10_000).result('observe', observed());
      told.push(...evidenceOf(driven));
    }
    expect(told).toHaveLength(times);
    expect(told.every(({ phase, from }) => phase === 'observing' && from === 'observing')).toBe(true);
  });

  it('names each claim, and where it stands', () => {
    const { run } = drivenTo('observing', { experiment: { ...experiment, duration: 8 * minuteMs } });
    const at = (run.injection?.observingSince ?? 0) + 2 * minuteMs;
    const [hypothesis] = run.hypotheses;
    if (hypothesis === undefined) throw new Error('The sample has a hypothesis');
    const standing = (change: Partial<typeof hypothesis>): string =>
      evidenceSoFar({ ...run, hypotheses: [{ ...hypothesis, ...change }] }, at);
    const { claim } = hypothesis;
    expect(standing({})).toBe(`2m of 8m. ${claim}: no sign of harm so far.`);
    expect(standing({ logHeld: Math.log(20) })).toContain(`${claim}: shown to hold so far`);
    expect(standing({ maxLogHarm: Math.log(4) })).toContain(`${claim}: some evidence of harm`);
    expect(standing({ maxLogHarm: Math.log(1e6) })).toContain(`${claim}: does not hold`);
  });
});
