import { mayDo } from '../controller/approve.ts';
import { describe, type Identity } from '../core/identity.ts';
import type { SlackWorkMessage } from '../generated/types.ts';
import { decodeButton } from '../notifiers/slack/buttons.ts';
import { doButton } from './button-work.ts';
import { doCommand } from './command-work.ts';
import { parseCommand } from './command.ts';
import { type Asker, NotPermitted, type WorkPorts } from './ports.ts';
import { escaped, type Reply, replyOf } from './reply.ts';

/** What was asked for long ago is not done any more, unless it stops something: people have looked elsewhere since. */
const maxAgeMs = 5 * 60_000;
const stopping: ReadonlySet<string> = new Set(['abort', 'kill-switch', 'abort-session', 'decline']);

/** What somebody is told whose request could not be done in any attempt. */
export function gaveUp({ stage }: Pick<WorkPorts, 'stage'>): Reply {
  const shown = escaped(stage);
  return replyOf([
    `That could not be done: something failed at stage ${shown}. Try again, or use the command line: \`inoculate status --stage ${shown}\`.`,
  ]);
}

/** Does what was asked, and says what became of it. Throws where it could not be done: the queue hands it over again. */
export async function work(ports: WorkPorts, message: SlackWorkMessage): Promise<Reply> {
  const asker = askerOf(ports, message);
  try {
    const { ask } = message;
    if (ask.kind === 'command') {
      const command = parseCommand(ask.text);
      const stops = stopping.has(command.do) && !(command.do === 'kill-switch' && command.on !== true);
      return tooOld(ports, message, stops) ?? (await doCommand(ports, asker, command, ask.command));
    }
    const button = decodeButton(ask.action, ask.value);
    if (button === undefined) return replyOf(['That button is of another version: use the newest message.']);
    return tooOld(ports, message, stopping.has(button.action)) ?? (await doButton(ports, asker, button));
  } catch (error) {
    if (error instanceof NotPermitted) return replyOf([escaped(error.message)]);
    throw error;
  }
}

function tooOld(ports: WorkPorts, { at }: SlackWorkMessage, stops: boolean): Reply | null {
  if (stops || ports.now() - at <= maxAgeMs) return null;
  return replyOf(['That was asked more than five minutes ago and could not be done then: ask again.']);
}

function askerOf(ports: WorkPorts, { id, at, user, name, team }: SlackWorkMessage): Asker {
  const identity: Identity = { via: 'slack', user, name, team };
  return {
    identity,
    by: describe(identity),
    id,
    at,
    require: async (permission) => {
      const guardrails = await ports.guardrails();
      const may = await mayDo(identity, [permission], guardrails, ports.account, (groups) =>
        ports.readGroups(groups),
      );
      if (!may.allowed) throw new NotPermitted(may.reason);
    },
  };
}
