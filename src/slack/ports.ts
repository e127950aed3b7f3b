import type { Decided, DecisionRequest } from '../controller/approve.ts';
import type { Answer } from '../controller/requests.ts';
import type { Guardrails, Permission } from '../core/guardrails.ts';
import type { EpochMs } from '../core/ids.ts';
import type { GroupMembers, Identity } from '../core/identity.ts';
import type { Reply } from './reply.ts';

export type Invoked = 'requests' | 'start' | 'stop' | 'planner';

export interface WorkPorts {
  readonly stage: string;
  readonly account: string;
  now(): EpochMs;
  guardrails(): Promise<Guardrails>;
  readGroups(groups: readonly string[]): Promise<GroupMembers>;
  /** Another function of the controller, as the command line invokes it. */
  invoke(name: Invoked, message: object): Promise<unknown>;
  decide(request: DecisionRequest): Promise<Decided>;
  reply(url: string, reply: Reply): Promise<void>;
}

/** Somebody in Slack, and what they may do. */
export interface Asker {
  readonly identity: Identity;
  /** For the records. */
  readonly by: string;
  /** Of the request: the same id again is the same request. */
  readonly id: string;
  readonly at: EpochMs;
  /** Throws `NotPermitted`. */
  require(permission: Permission): Promise<void>;
}

/** Somebody may not do what they asked for; the reason is for them. */
export class NotPermitted extends Error {
  override readonly name = 'NotPermitted';
}

/** What `requests` answers, where it is what was asked for. */
export async function requested<R extends Answer['result']>(
  ports: Pick<WorkPorts, 'invoke'>,
  message: object,
  ...results: readonly R[]
): Promise<Extract<Answer, { result: R }>> {
  const answer = (await ports.invoke('requests', message)) as Answer;
  const wanted: readonly string[] = results;
  if (!wanted.includes(answer.result))
    throw new Error(`requests answered ${answer.result}, not ${results.join(' or ')}`);
  return answer as Extract<Answer, { result: R }>;
}
