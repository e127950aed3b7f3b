import type { OutboxEntry } from '../core/commands.ts';
import type { Phase, Run } from '../core/run.ts';
import { commit, type Committed, type Rules } from './commit.ts';
import { isPrompt, type ResultEvent, resultsOf } from './outcomes.ts';
import type { Ports } from './ports.ts';

/** Rounds of commands and results for one event: far above what any event needs. */
const maxRounds = 50;
/** One change of phase follows the other here: they are told together. */
const passing: ReadonlySet<Phase> = new Set(['requested', 'checking', 'injecting'] as const);

export interface Progress {
  readonly run: Run;
  /** The commands that sent a tick. Its arrival will tell the run so; until then nobody else knows. */
  readonly sent: ReadonlySet<number>;
}

/**
 * Carries out commands and feeds their results back, until nothing is left to do now. What is slow is begun with the
 * rest, but nobody waits for it as long as anything else is to be done.
 */
export async function carryOn(ports: Ports, rules: Rules, start: Committed): Promise<Progress> {
  const sent = new Set<number>();
  const slow = new Begun();
  /** Results that need no save of their own: they are part of the next one, if there is one. */
  let riding: readonly ResultEvent[] = [];
  let current = start;
  let waiting = start.commands;
  for (let round = 0; round < maxRounds && (waiting.length > 0 || slow.any); round += 1) {
    const prompt = waiting.filter(isPrompt);
    const rest = waiting.filter((entry) => !isPrompt(entry));
    const held = prompt.length > 0 && passing.has(current.run.phase);
    if (!held) slow.begin(rest, resultsOf(ports, current.run, rest));
    const results = await resultsOf(ports, current.run, prompt);
    const told = prompt.length > 0 ? slow.finished() : await slow.all();
    for (const result of results) if (isSentTick(prompt, result)) sent.add(result.command);
    riding = [...riding, ...results, ...told];
    waiting = held ? rest : [];
    if (riding.every(({ command }) => sent.has(command))) continue;
    const committed = await commit(ports, rules, current.run.id, riding, current);
    if (committed === undefined) throw new Error(`Run ${current.run.id} has vanished`);
    riding = [];
    current = committed;
    waiting = [...waiting.filter((entry) => isOutstanding(committed.run, entry)), ...committed.commands];
  }
  return { run: current.run, sent };
}

/** Commands that were begun, and whose results are taken when they are there. */
class Begun {
  readonly #running = new Set<Promise<void>>();
  readonly #results: ResultEvent[] = [];

  get any(): boolean {
    return this.#running.size > 0 || this.#results.length > 0;
  }

  begin(entries: readonly OutboxEntry[], results: Promise<readonly ResultEvent[]>): void {
    if (entries.length === 0) return;
    const running = results.then((done) => {
      this.#results.push(...done);
      this.#running.delete(running);
    });
    this.#running.add(running);
  }

  finished(): readonly ResultEvent[] {
    return this.#results.splice(0);
  }

  async all(): Promise<readonly ResultEvent[]> {
    await Promise.all(this.#running);
    return this.finished();
  }
}

function isSentTick(entries: readonly OutboxEntry[], { command, result }: ResultEvent): boolean {
  const type = entries.find(({ id }) => id === command)?.command.type;
  return type === 'schedule-tick' && result.type === 'done';
}

/** Somebody else may have carried it out meanwhile. */
function isOutstanding(run: Run, entry: OutboxEntry): boolean {
  return run.outbox.some((candidate) => candidate.id === entry.id);
}
