import {
  ListEventSourceMappingsCommand,
  ListFunctionsCommand,
  ListTagsCommand,
} from '@aws-sdk/client-lambda';
import { expect } from '@jest/globals';
import { judge } from '../../support/iam/least-privilege.ts';
import type { World } from '../../support/iam/arns.ts';
import type { Emulator } from '../harness/emulator.ts';
import { type RunsOf, usedActions } from './used-actions.ts';

/** Of the deployed test stage. */
const stage = 'test';

/**
 * Evaluates the roles of the controller over every call that its functions made: nothing was denied that they need, and
 * what `used-actions.ts` says of these runs, where it names them, is true. The emulator itself denies nothing.
 */
export async function expectLeastPrivilege(emulator: Emulator, runs?: RunsOf): Promise<void> {
  const { denied, used } = judge(emulator.recorder.history(), { stage, world: await worldOf(emulator) });
  expect(denied).toEqual([]);
  const claimed = Object.entries(usedActions).flatMap(([action, by]) => (by === runs ? [action] : []));
  expect(claimed.filter((action) => !used.has(action))).toEqual([]);
}

/** With the tags of what there is now. */
async function worldOf(emulator: Emulator): Promise<World> {
  const { lambda } = emulator.clients();
  const tags = new Map<string, Readonly<Record<string, string>>>();
  const { Functions = [] } = await lambda.send(new ListFunctionsCommand({}));
  for (const { FunctionArn = '' } of Functions)
    tags.set(FunctionArn, (await lambda.send(new ListTagsCommand({ Resource: FunctionArn }))).Tags ?? {});
  const { EventSourceMappings = [] } = await lambda.send(new ListEventSourceMappingsCommand({}));
  const owners = new Map(EventSourceMappings.map(({ UUID = '', FunctionArn = '' }) => [UUID, FunctionArn]));
  return {
    partition: 'aws',
    region: emulator.region,
    account: emulator.accountId,
    tagsOf: (arn) => tags.get(arn) ?? {},
    functionOf: (uuid) => owners.get(uuid) ?? '',
  };
}
