import type { Dose } from '../../generated/types.ts';
import { failureIsMadeGood } from '../event/attempts.ts';
import { isHttp, sourceOf } from '../event/source.ts';
import { moduleOf } from '../faults/of.ts';
import type { Memory } from './memory.ts';

/**
 * Keeps faults that lose data, and do not say that this is accepted, away from events that could be lost for good: they
 * may hit a first attempt whose failure is repeated, or a caller that waits, and nothing else.
 */
export class LossGuard {
  readonly #losing: ReadonlyMap<string, { readonly atOnce: boolean }>;
  readonly #memory: Memory;

  constructor(dose: Dose, memory: Memory) {
    this.#memory = memory;
    this.#losing = new Map(
      dose.faults.flatMap(({ id, fault }) => {
        const module = moduleOf(fault);
        const atOnce = module.losesDataAtOnce?.(fault) === true;
        const loses = atOnce || module.losesDataWhenAsynchronous(fault);
        return loses && fault.acceptsDataLoss !== true ? [[id, { atOnce }]] : [];
      }),
    );
  }

  /** Those of an invocation's faults that would lose data. Remembers the invocation, by which its retry is known. */
  losing(faults: ReadonlySet<string>, event: unknown, requestId: string): readonly string[] {
    const losing = [...faults].filter((id) => this.#losing.has(id));
    if (losing.length === 0) return losing;
    const source = sourceOf(event);
    // A retry carries the request id of the attempt before it, whatever it was called by.
    const isRetry = this.#memory.isRetry(requestId);
    if (isRetry || !failureIsMadeGood(event, source)) return losing;
    return isHttp(source) || source === 'direct'
      ? []
      : losing.filter((id) => this.#losing.get(id)?.atOnce === true);
  }
}
