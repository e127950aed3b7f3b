import type { RunId } from '../core/ids.ts';
import type { FunctionStore, StoredDose } from '../engine/ports.ts';
import type { Dose, Telemetry } from '../generated/types.ts';

/** The function table in memory, for the simulation: held to the same contract as the real one. */
export class MemoryFunctionTable implements FunctionStore {
  readonly doses = new Map<string, StoredDose & { readonly dose: Dose | null }>();
  readonly #telemetry = new Map<string, Telemetry>();

  async readDose(functionName: string): Promise<StoredDose | undefined> {
    const stored = this.doses.get(functionName);
    if (stored === undefined) return undefined;
    const { epoch, cleared, expiresAt } = stored;
    return { epoch, cleared, expiresAt };
  }

  async writeDose(dose: Dose): Promise<boolean> {
    const stored = this.doses.get(dose.function);
    const mayWrite =
      stored === undefined || stored.epoch < dose.epoch || (stored.epoch === dose.epoch && !stored.cleared);
    const { epoch, expiresAt } = dose;
    if (mayWrite) this.doses.set(dose.function, { epoch, expiresAt, cleared: false, dose });
    return mayWrite;
  }

  async clearDose(functionName: string, epoch: number): Promise<boolean> {
    const stored = this.doses.get(functionName);
    const mayClear = stored === undefined || stored.epoch <= epoch;
    if (mayClear) this.doses.set(functionName, { epoch, expiresAt: 0, cleared: true, dose: null });
    return mayClear;
  }

  /** What a realm reports, as its layer would write it: an older report never replaces a newer one. */
  async writeTelemetry(functionName: string, item: Telemetry): Promise<void> {
    const key = `${functionName} ${item.runId} ${item.realm}`;
    if ((this.#telemetry.get(key)?.seq ?? -1) < item.seq) this.#telemetry.set(key, item);
  }

  async readTelemetry(
    functionName: string,
    run: RunId,
  ): Promise<{ items: readonly Telemetry[]; malformed: readonly string[] }> {
    const prefix = `${functionName} ${run} `;
    const found = [...this.#telemetry].filter(([key]) => key.startsWith(prefix));
    return { items: found.map(([, item]) => item), malformed: [] };
  }
}
