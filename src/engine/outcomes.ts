import type { OutboxEntry } from '../core/commands.ts';
import type { RunEvent } from '../core/events.ts';
import type { Run } from '../core/run.ts';
import { type Known, perform, publishAll } from './perform.ts';
import type { Ports } from './ports.ts';

export type ResultEvent = Extract<RunEvent, { type: 'result' }>;

/** What must not wait for a slow channel. The rest is carried out when nothing of this is left. */
const prompt: ReadonlySet<OutboxEntry['command']['type']> = new Set([
  'gather-facts',
  'lock',
  'capture',
  'check-stops',
  'apply',
  'revert',
  'read-back',
  'observe',
  'watch-alarms',
  'arm-dead-man',
  'disarm-dead-man',
  'unwatch',
  'unlock',
  'schedule-tick',
] as const);

export function isPrompt({ command }: OutboxEntry): boolean {
  return prompt.has(command.type);
}

/** Prompt, and more than the next tick, which may come a little late. */
export function isUrgent({ command }: OutboxEntry): boolean {
  return prompt.has(command.type) && command.type !== 'schedule-tick';
}

/** Carries out all of these commands at once; what can go out together does. */
export async function resultsOf(
  ports: Ports,
  run: Run,
  entries: readonly OutboxEntry[],
  known: Known = {},
): Promise<readonly ResultEvent[]> {
  const changes = entries.filter(({ command }) => command.type === 'publish');
  const published = changes.length > 1 ? publishAll(ports, changes) : undefined;
  return Promise.all(
    entries.map(async (entry): Promise<ResultEvent> => {
      const shared = entry.command.type === 'publish' ? published : undefined;
      const result = await (shared ?? perform(ports, run, entry, known));
      return { type: 'result', at: ports.clock.now(), command: entry.id, result };
    }),
  );
}
