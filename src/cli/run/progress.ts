import { systemClock } from '../../adapters/system-clock.ts';
import type { RunStateChange } from '../../core/publication.ts';
import type { Run } from '../../core/run.ts';
import type { Look } from '../../local/controller.ts';
import type { LocalHost } from '../../local/host.ts';
import type { RunListener } from '../../local/session.ts';
import type { CliContext, Output } from '../context.ts';
import { evidenceLines, liveLines } from '../live/view.ts';
import { LiveBlock } from '../live/terminal.ts';

const redrawMs = 250;
/** Where nobody looks at a terminal, the figures are told this often. */
const plainEveryMs = 5_000;

/** Tells how a run goes: a block that is redrawn on a terminal, plain lines elsewhere. */
export class Progress implements RunListener {
  readonly #out: Output;
  readonly #block: LiveBlock | undefined;
  #current: () => Promise<Run | undefined> = () => Promise.resolve(undefined);
  readonly #startedAt = systemClock.now();
  #timer: NodeJS.Timeout | undefined;
  #run: Run | undefined;
  #look: Look | undefined;
  #toldAt = 0;

  constructor(context: CliContext, out: Output) {
    this.#out = out;
    if (context.isTTY)
      this.#block = new LiveBlock(
        (text) => out.write(text),
        () => process.stdout.columns || 80,
      );
  }

  /** From here on the block shows this run, as it is stored. */
  follow(current: () => Promise<Run | undefined>): void {
    this.#current = current;
    if (this.#block === undefined) return;
    this.#timer = setInterval(() => void this.#redraw(), redrawMs);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#block?.clear();
  }

  hostReady({ runtime }: LocalHost): void {
    this.line(`runtime: ${runtime.detail}`);
    for (const note of runtime.notes) this.line(`note: ${note}`);
  }

  change(change: RunStateChange): void {
    this.line(`${change.phase}: ${change.reason}`);
  }

  look(look: Look): void {
    this.#look = look;
    const now = systemClock.now();
    if (this.#block !== undefined || now - this.#toldAt < plainEveryMs) return;
    this.#toldAt = now;
    void this.#tellFigures(look);
  }

  page(message: string): void {
    this.line(`ATTENTION ${message}`);
  }

  error(what: string, error: unknown): void {
    this.line(
      `${what} failed, and will be tried again: ${error instanceof Error ? error.message : String(error)}`,
    );
  }

  line(text: string): void {
    this.#block?.clear();
    const seconds = ((systemClock.now() - this.#startedAt) / 1000).toFixed(1).padStart(6);
    this.#out.write(`${seconds} s  ${text}\n`);
  }

  async #tellFigures(look: Look): Promise<void> {
    const run = await this.#current();
    if (run !== undefined) for (const line of evidenceLines(run, look)) this.line(line.trim());
  }

  async #redraw(): Promise<void> {
    this.#run = await this.#current();
    if (this.#timer?.hasRef() === true)
      this.#block?.show(liveLines({ run: this.#run, look: this.#look, now: systemClock.now() }));
  }
}
