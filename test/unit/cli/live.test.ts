import type { Evidence } from '../../../src/core/evidence.ts';
import type { Look } from '../../../src/local/controller.ts';
import { LiveBlock, type TerminalSize, wrapWords } from '../../../src/cli/live/terminal.ts';
import { type LiveState, liveLines, plainLines } from '../../../src/cli/live/view.ts';
import { looksOf } from '../../../src/report/timeline.ts';
import { plans } from '../report/support/plans.ts';
import { syntheticRun } from '../report/support/synthetic-run.ts';

/** As much of a terminal as the block uses; anything else it writes fails the test. */
class Screen implements TerminalSize {
  readonly writes: string[] = [];
  columns: number;
  rows: number;
  lines: string[] = [''];
  #row = 0;
  #column = 0;

  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
  }

  write(text: string): void {
    this.writes.push(text);
    for (const [piece] of text.matchAll(/\u001b\[(\d*)([A-Z])|\n|[^\u001b\n]/gu)) this.#put(piece);
  }

  /** What is seen, without the empty line that the cursor stands on. */
  get text(): string[] {
    return this.lines.slice(0, -1).map((line) => line.trimEnd());
  }

  /** As terminals do it: what is there is wrapped anew. */
  narrow(columns: number): void {
    this.columns = columns;
    this.lines = this.lines.flatMap((line) => line.match(new RegExp(`.{1,${columns}}`, 'gu')) ?? ['']);
    this.#row = this.lines.length - 1;
    this.#column = 0;
  }

  #put(piece: string): void {
    const [, count, command] = /^\u001b\[(\d*)([A-Z])$/u.exec(piece) ?? [];
    const line = this.lines[this.#row] ?? '';
    if (piece === '\n') this.#newLine();
    else if (command === 'F') {
      // Nothing above the top of the terminal can be reached.
      const top = Math.max(0, this.lines.length - this.rows);
      this.#row = Math.max(top, this.#row - Number(count));
      this.#column = 0;
    } else if (command === 'K') this.lines[this.#row] = line.slice(0, this.#column);
    else if (command === 'J') {
      this.lines[this.#row] = line.slice(0, this.#column);
      this.lines.length = this.#row + 1;
    } else if (command !== undefined) throw new Error(`Not known here: ${JSON.stringify(piece)}`);
    else this.#type(piece);
  }

  #type(character: string): void {
    if (this.#column === this.columns) this.#newLine();
    const line = (this.lines[this.#row] ?? '').padEnd(this.#column);
    this.lines[this.#row] = line.slice(0, this.#column) + character + line.slice(this.#column + 1);
    this.#column += 1;
  }

  #newLine(): void {
    this.#row += 1;
    this.#column = 0;
    if (this.#row === this.lines.length) this.lines.push('');
  }
}

function blockOn(columns: number, rows = 24): { readonly screen: Screen; readonly block: LiveBlock } {
  const screen = new Screen(columns, rows);
  return {
    screen,
    block: new LiveBlock(
      (text) => screen.write(text),
      () => screen,
    ),
  };
}

describe('the live block', () => {
  it('draws over itself, whether it grows or shrinks, and leaves nothing behind', () => {
    const { screen, block } = blockOn(80);
    screen.write('$ inoculate run\n');
    block.show(['first line, long', 'second']);
    block.show(['first']);
    expect(screen.text).toEqual(['$ inoculate run', 'first']);
    block.show(['a', 'b', 'c']);
    expect(screen.text).toEqual(['$ inoculate run', 'a', 'b', 'c']);
    block.clear();
    expect(screen.text).toEqual(['$ inoculate run']);
  });

  it('lets other lines scroll by above it', () => {
    const { screen, block } = blockOn(80);
    block.show(['block']);
    block.print(['one', 'two']);
    block.print(['three']);
    expect(screen.text).toEqual(['one', 'two', 'three', 'block']);
  });

  it('is never blank in between: every change is one write that clears only what it has drawn over', () => {
    const { screen, block } = blockOn(80);
    block.show(['one', 'two']);
    block.show(['three', 'four']);
    block.print(['above']);
    expect(screen.writes).toHaveLength(3);
    expect(screen.writes[1]).toMatch(/^\u001b\[2Fthree\u001b\[K\nfour\u001b\[K\n\u001b\[J$/u);
  });

  it('is never wider nor higher than the terminal', () => {
    const { screen, block } = blockOn(10, 4);
    for (let time = 0; time < 3; time += 1) block.show(Array.from({ length: 9 }, () => 'x'.repeat(40)));
    expect(screen.text).toEqual(Array.from({ length: 3 }, () => 'x'.repeat(9)));
  });

  it('leaves nothing behind in a terminal that was made narrower', () => {
    const { screen, block } = blockOn(40);
    block.show(['x'.repeat(30), 'y']);
    screen.narrow(20);
    expect(screen.text).toEqual(['x'.repeat(20), 'x'.repeat(10), 'y']);
    block.clear();
    expect(screen.text).toEqual([]);
  });
});

describe('long lines', () => {
  it('are broken between words', () => {
    expect(wrapWords('one two three four', 9)).toEqual(['one two', 'three', 'four']);
    expect(wrapWords('a /very/long/path b', 6)).toEqual(['a', '/very/long/path', 'b']);
    expect(wrapWords('', 6)).toEqual(['']);
  });
});

const record = syntheticRun(plans.deviated);
const looks = looksOf(record.journal);
const observing = { ...record.run, phase: 'observing' as const };
const now = (record.run.injection?.startedAt ?? 0) + 6_000;

function stateWith(change: Partial<LiveState> = {}): LiveState {
  const last = looks.at(-1);
  if (last === undefined) throw new Error('The made-up run was never looked at');
  return { run: observing, look: lookOf(last), now, doing: 'warming up', columns: 120, ...change };
}

function lookOf({ targets, evidence }: (typeof looks)[number]): Look {
  return { targets, evidence };
}

describe('the view of a run', () => {
  it('says what is going on while there is no run, and the phase while there is nothing to see', () => {
    expect(liveLines(stateWith({ run: undefined }))).toEqual(['warming up']);
    expect(liveLines(stateWith({ run: { ...observing, phase: 'checking' }, look: undefined }))).toEqual([
      'checking',
    ]);
  });

  it('shows time left, both groups with their bounds, and how near an abort is', () => {
    const text = liveLines(stateWith()).join('\n');
    expect(text).toMatch(/^observing {2}\[##\.+\] {2}\d+ s left of 60 s\n/);
    expect(text).toMatch(/\d+ invocations with the fault \(\d+ injections\), \d+ without\n/);
    expect(text).toMatch(/ {3}with the fault +without\n/);
    expect(text).toMatch(/evidence of harm {2}\[#+\.*\] {2}.* to 1 \(aborts at 20 to 1\)$/);
  });

  it.each([40, 60, 79, 80, 120])('keeps every figure within %i columns', (columns) => {
    for (const look of looks) {
      const figures = liveLines(stateWith({ columns, look: lookOf(look) })).slice(2, -1);
      expect(figures.filter((line) => line.length >= Math.max(columns, 48))).toEqual([]);
    }
  });

  it('calls a quantile that lies beyond every answer by its bound, not missing', () => {
    const evidence: Evidence = {
      hypothesis: 'latency.p95',
      signal: 'latency',
      target: 'checkout',
      claim: '95 % of the answers within 1.2 s',
      unit: 'ms',
      tolerance: 1200,
      logHarm: 0,
      logHeld: null,
      logControlHarm: 0,
      experimental: { n: 20, bad: 9, value: null, lower: 2600, upper: null },
      control: { n: 0, bad: 0, value: null, lower: null, upper: null },
    };
    const look = { ...stateWith().look, targets: [], evidence: [evidence] };
    expect(plainLines(observing, look)[1]).toBe(
      '  95 % of the answers within 1.2 s: with the fault at least 2.6 s, without no data yet',
    );
  });
});
