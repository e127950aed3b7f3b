import type { OutboxEntry } from '../core/commands.ts';
import type { Run } from '../core/run.ts';
import { commit, type Committed, type Rules } from './commit.ts';
import { isPrompt, type ResultEvent, resultsOf } from './outcomes.ts';
import type { Ports } from './ports.ts';

/** Rounds of commands and results for one event: far above what any event needs. */
const maxRounds = 50;

export interface Progress {
  readonly run: Run;
  /** The commands that sent a tick. Its arrival will tell the run so; until then nobody else knows. */
  readonly sent: ReadonlySet<number>;
}

/** Carries out commands and feeds their results back, until nothing is left to do now. */
export async function carryOn(ports: Ports, rules: Rules, start: Committed): Promise<Progress> {
  const sent = new Set<number>();
  /** Results that need no save of their own: they are part of the next one, if there is one. */
  let riding: readonly ResultEvent[] = [];
  let current = start;
  let waiting = start.commands;
  for (let round = 0; round < maxRounds && waiting.length > 0; round += 1) {
    const urgent = waiting.filter(isPrompt);
    const now = urgent.length > 0 ? urgent : waiting;
    const rest = waiting.filter((entry) => !now.includes(entry));
    const results = await resultsOf(ports, current.run, now);
    const ticks = results.filter((result) => isSentTick(now, result));
    for (const { command } of ticks) sent.add(command);
    const events = [...riding, ...results];
    if (ticks.length === results.length) {
      riding = events;
      waiting = rest;
      continue;
    }
    riding = [];
    const committed = await commit(ports, rules, current.run.id, events, current);
    if (committed === undefined) throw new Error(`Run ${current.run.id} has vanished`);
    current = committed;
    waiting = [...rest.filter((entry) => isOutstanding(committed.run, entry)), ...committed.commands];
  }
  return { run: current.run, sent };
}

function isSentTick(entries: readonly OutboxEntry[], { command, result }: ResultEvent): boolean {
  const type = entries.find(({ id }) => id === command)?.command.type;
  return type === 'schedule-tick' && result.type === 'done';
}

/** Somebody else may have carried it out meanwhile. */
function isOutstanding(run: Run, entry: OutboxEntry): boolean {
  return run.outbox.some((candidate) => candidate.id === entry.id);
}
