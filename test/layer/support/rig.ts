import type { InFunctionFault } from '../../../src/generated/types.ts';
import { buildAll, type Built } from './build.ts';
import { doseOf, idIn } from './doses.ts';
import { firedIn } from './fired.ts';
import { Sandboxes, type NodeVersion, type Outcome, type Sandbox } from './sandbox.ts';
import { eventually, TestStore } from './store.ts';

const dose = doseOf([]);

/** The layer and the test functions for one test file, and what its tests do with them. */
export class Rig {
  readonly #sandboxes = new Sandboxes();
  #built: Built | undefined;
  #store: TestStore | undefined;

  async build(): Promise<void> {
    this.#built = await buildAll();
  }

  remove(): void {
    this.#built?.remove();
  }

  /** A sandbox whose dose holds these faults, for a minute. */
  start(
    handler: string,
    faults: readonly InFunctionFault[],
    options: { readonly node?: NodeVersion; readonly timeoutMs?: number } = {},
  ): Promise<Sandbox> {
    return this.#start(handler, { INOCULATE_DOSE: JSON.stringify(doseOf(faults)) }, options);
  }

  /** The same with its dose in a store, so that what was left undone can be read there. */
  async startWithStore(handler: string, faults: readonly InFunctionFault[]): Promise<Sandbox> {
    this.#store ??= await TestStore.start();
    await this.#store.putDose(doseOf(faults));
    const sandbox = await this.#start(handler, this.#store.env(), {});
    // The dose is looked for in the background: the first invocations may pass it by.
    await eventually(
      () => sandbox.invoke({ runs: true }, idIn('experimental', dose)).then(() => this.skipped()),
      (skipped) => Object.keys(skipped).length > 0,
      () => sandbox.output,
    );
    return sandbox;
  }

  /** How often invocations were left alone, by reason. */
  async skipped(): Promise<Record<string, number>> {
    const reports = (await this.#store?.telemetry()) ?? [];
    const counts: Record<string, number> = {};
    for (const { skipped } of reports)
      for (const [reason, count] of Object.entries(skipped)) counts[reason] = (counts[reason] ?? 0) + count;
    return counts;
  }

  /** The same without the layer. */
  startPlain(handler: string, node: NodeVersion): Promise<Sandbox> {
    if (this.#built === undefined) throw new Error('build() first');
    return this.#sandboxes.start({ task: this.#built.task, handler, node });
  }

  async stop(): Promise<void> {
    await this.#sandboxes.stop();
    await this.#store?.stop();
    this.#store = undefined;
  }

  #start(
    handler: string,
    env: Record<string, string>,
    options: { readonly node?: NodeVersion; readonly timeoutMs?: number },
  ): Promise<Sandbox> {
    if (this.#built === undefined) throw new Error('build() first');
    const { task, opt } = this.#built;
    return this.#sandboxes.start({ task, opt, handler, env, ...options });
  }
}

/** Invokes under the faults. */
export function faulted(sandbox: Sandbox, event: unknown): Promise<Outcome> {
  return sandbox.invoke(event, idIn('experimental', dose));
}

/** Invokes as one of the control group. */
export function controlled(sandbox: Sandbox, event: unknown): Promise<Outcome> {
  return sandbox.invoke(event, idIn('control', dose));
}

/** How often each fault was injected; an invocation begins only when the last one has been told of. */
export async function fired(sandbox: Sandbox, event: unknown = {}): Promise<Record<string, number>> {
  await controlled(sandbox, event);
  return firedIn(sandbox);
}
