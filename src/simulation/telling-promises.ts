import type { Run } from '../core/run.ts';
import { type Known, mayFollow } from './known.ts';

interface Telling {
  readonly broken: (text: string) => void;
  readonly note: (what: string) => void;
}

/** Every change of phase, and whatever else people hear, is stored together with the words that tell of it. */
export function inspectTelling(known: Known, run: Run, after: number, { broken, note }: Telling): void {
  for (let seq = after + 1; seq <= run.seq; seq += 1) {
    const told = run.outbox.flatMap(({ command }) =>
      command.type === 'publish' && command.change.seq === seq ? [command.change] : [],
    )[0];
    if (told === undefined) {
      broken(`Change ${seq} of run ${run.id} was stored and not told`);
      return;
    }
    known.changes.set(seq, told);
    note(`told: ${told.kind}`);
    const previous = known.changes.get(seq - 1)?.phase ?? null;
    if (told.from !== previous)
      broken(`Change ${seq} of run ${run.id} is from ${told.from}, not ${previous}`);
    const follows =
      told.kind === 'phase'
        ? told.from === null || mayFollow[told.from].includes(told.phase)
        : told.from === told.phase;
    if (!follows) broken(`Run ${run.id} went from ${told.from} to ${told.phase} by a ${told.kind}`);
  }
}
