import { systemClock } from '../../adapters/system-clock.ts';
import type { RunStateChange } from '../../core/publication.ts';
import type { Run } from '../../core/run.ts';
import type { Look, Probed } from '../../local/controller.ts';
import type { LocalHost } from '../../local/host.ts';
import type { RunListener } from '../../local/session.ts';
import type { CliContext, Output } from '../context.ts';
import { LiveBlock, type TerminalSize, wrapWords } from '../live/terminal.ts';
import { liveLines, plainLines } from '../live/view.ts';

const redrawMs = 250;
/** Where nobody looks at a terminal, the figures are told this often. */
const plainEveryMs = 5_000;
/** What stands before each line: the seconds since the start. */
const stampWidth = 10;

/** Tells how a run goes: a block that is redrawn on a terminal, plain lines elsewhere. */
export class Progress implements RunListener {
  readonly #out: Output;
  readonly #size: () => TerminalSize;
  readonly #block: LiveBlock | undefined;
  readonly #startedAt = systemClock.now();
  #timer: NodeJS.Timeout | undefined;
  #doing = 'starting';
  #run: Run | undefined;
  #look: Look | undefined;
  #toldAt = 0;
  /** Of each signal that is kept or broken, what was told of it last. */
  readonly #checks = new Map<string, string>();

  constructor({ isTTY, env }: CliContext, out: Output, size: () => TerminalSize = sizeOfStdout) {
    this.#out = out;
    this.#size = size;
    if (!isTTY || env['TERM'] === 'dumb') return;
    this.#block = new LiveBlock((text) => out.write(text), size);
    this.#timer = setInterval(() => this.#redraw(), redrawMs);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#block?.clear();
  }

  hostReady({ runtime }: LocalHost): void {
    this.line(`runtime: ${runtime.detail}`);
    for (const note of runtime.notes) this.line(`note: ${note}`);
  }

  warmingUp(): void {
    this.#doing = 'warming up';
    this.line('warming up: traffic without a fault, until no function starts cold any more');
  }

  state(run: Run): void {
    this.#run = run;
  }

  change(change: RunStateChange): void {
    this.line(`${change.phase}: ${change.reason}`);
  }

  look(look: Look): void {
    this.#look = look;
    const now = systemClock.now();
    if (this.#block !== undefined || this.#run === undefined || now - this.#toldAt < plainEveryMs) return;
    this.#toldAt = now;
    for (const line of plainLines(this.#run, look)) this.line(line);
  }

  probed({ checks }: Pick<Probed, 'checks'>): void {
    for (const { signal, state, detail } of checks) {
      const before = this.#checks.get(signal);
      this.#checks.set(signal, state);
      if (state !== before) this.line(`signal ${signal}: ${state}${detail === '' ? '' : ` (${detail})`}`);
    }
  }

  page(message: string): void {
    this.line(`ATTENTION ${message}`);
  }

  error(what: string, error: unknown): void {
    this.line(
      `${what} failed, and will be tried again: ${error instanceof Error ? error.message : String(error)}`,
    );
  }

  /** One line, with the time since the start; on a terminal broken between words. */
  line(text: string): void {
    const seconds = ((systemClock.now() - this.#startedAt) / 1000).toFixed(1).padStart(6);
    const stamp = `${seconds} s  `;
    if (this.#block === undefined) {
      this.#out.write(`${stamp}${text}\n`);
      return;
    }
    const indent = ' '.repeat(stampWidth);
    const lines = wrapWords(text, Math.max(20, this.#size().columns - 1 - stampWidth));
    this.#block.print(lines.map((line, index) => `${index === 0 ? stamp : indent}${line}`));
  }

  /** Sentences without the time; on a terminal broken between words. */
  say(sentences: readonly string[]): void {
    const width = Math.max(20, this.#size().columns - 1);
    const lines = this.#block === undefined ? sentences : sentences.flatMap((text) => wrapWords(text, width));
    this.#out.write(`${lines.join('\n')}\n`);
  }

  #redraw(): void {
    const { columns } = this.#size();
    this.#block?.show(
      liveLines({ run: this.#run, look: this.#look, now: systemClock.now(), doing: this.#doing, columns }),
    );
  }
}

/** A terminal that does not tell its size counts as the traditional one. */
function sizeOfStdout(): TerminalSize {
  const { columns, rows } = process.stdout;
  return { columns: columns || 80, rows: rows || 24 };
}
