import { callerOf } from '../adapters/aws/caller-identity.ts';
import { secretReader } from '../adapters/aws/secrets.ts';
import { slackGroups } from '../adapters/slack-groups.ts';
import type { GroupMembers } from '../core/identity.ts';
import type { RunId } from '../core/ids.ts';
import type { ApproveMessage } from '../generated/types.ts';
import type { Decided } from './approve.ts';
import type { Controller } from './controller.ts';
import { decideOn } from './decide.ts';
import { log } from './log.ts';

/** What became of a decision at the command line. */
export type ApproveAnswer =
  Decided | { readonly result: 'unproved'; readonly run: RunId; readonly reason: string };

const stsTimeoutMs = 5_000;
const slackTimeoutMs = 4_000;

/** Decides on a run, or on a game day, for whoever signed the proof; the message itself is no proof of anything. */
export async function approveWithProof(
  controller: Controller,
  { run, decision, seq, generation, startAt, proof }: ApproveMessage,
  readGroups: (groups: readonly string[]) => Promise<GroupMembers>,
  variables: Readonly<Record<string, string | undefined>> = process.env,
): Promise<ApproveAnswer> {
  const { stage, account, region, partition } = controller.environment;
  const proved = await callerOf(
    { now: () => controller.ports.clock.now(), partition, variables, timeoutMs: stsTimeoutMs },
    proof,
    { stage, account, region, run, decision, seq, generation, startAt },
  );
  if ('unproved' in proved) {
    log('warn', 'a decision on a run came without a proof of who made it', { run, decision, ...proved });
    return { result: 'unproved', run, reason: proved.unproved };
  }
  return decideOn(controller, {
    run,
    decision,
    seq,
    generation,
    ...(startAt === null ? {} : { startAt }),
    by: { via: 'aws', arn: proved.arn },
    readGroups,
  });
}

/** Reads Slack groups with the stored bot token. */
export function groupsOf({
  aws,
  environment,
  ports,
}: Controller): (groups: readonly string[]) => Promise<GroupMembers> {
  const secrets = secretReader(aws, ports.clock, { stage: environment.stage, keeper: environment.secrets });
  return slackGroups({
    baseUrl: environment.slackApi,
    token: () => secrets('slack/bot-token'),
    timeoutMs: slackTimeoutMs,
    now: () => ports.clock.now(),
  });
}
