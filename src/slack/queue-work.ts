import { describeError, log } from '../controller/log.ts';
import type { SlackWorkMessage } from '../generated/types.ts';
import { validateSlackWorkMessage } from '../generated/validate-slack-work.js';
import { type BatchAnswer, eachRecord } from '../triggers/sqs.ts';
import { InvalidEventError } from '../triggers/invalid-event.ts';
import type { WorkPorts } from './ports.ts';
import type { Reply } from './reply.ts';
import { gaveUp, work } from './work.ts';

/** As `resources/messaging.yml` has it: after this many attempts a message is dead. */
export const maxAttempts = 3;

/** Does what the queue holds. What fails comes again; whoever asked is told at the last attempt. */
export function workOn(ports: WorkPorts, event: unknown): Promise<BatchAnswer> {
  return eachRecord(
    event,
    async ({ body, attempt }) => {
      const message = workOf(body);
      const reply = await work(ports, message).catch(async (error: unknown) => {
        if (attempt >= maxAttempts) await answer(ports, message, gaveUp(ports));
        throw error;
      });
      await answer(ports, message, reply);
    },
    (_record, error) => log('error', 'what was asked in Slack failed and comes again', describeError(error)),
  );
}

/** The work is done, and is not done again for an answer that Slack does not take. */
async function answer(
  ports: WorkPorts,
  { responseUrl, user }: SlackWorkMessage,
  reply: Reply,
): Promise<void> {
  if (responseUrl === null) return;
  try {
    await ports.reply(responseUrl, reply);
  } catch (error) {
    log('error', 'somebody in Slack could not be answered', { user, ...describeError(error) });
  }
}

function workOf(body: string): SlackWorkMessage {
  const message = parsed(body);
  if (!validateSlackWorkMessage(message))
    throw new InvalidEventError('work for Slack', validateSlackWorkMessage.errors);
  return message;
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
