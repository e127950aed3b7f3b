import type { Input, OptionSpecs } from '../command.ts';
import type { CliContext } from '../context.ts';
import { stageOf } from '../stage-option.ts';
import type { Remote } from './remote.ts';

/** Options of every command that talks to the deployed controller. */
export const remoteOptions = {
  stage: {
    type: 'value',
    short: 's',
    placeholder: 'STAGE',
    description: 'of the controller',
    default: 'dev',
  },
  region: {
    type: 'value',
    placeholder: 'REGION',
    description: 'of the controller; without it: as the AWS tools find it',
  },
  profile: { type: 'value', placeholder: 'NAME', description: 'in your AWS configuration' },
} as const satisfies OptionSpecs;

export const jsonOption = {
  json: { type: 'flag', description: 'machine-readable: one JSON object' },
} as const satisfies OptionSpecs;

export const byOption = {
  by: {
    type: 'value',
    placeholder: 'NAME',
    description: 'who asks, for the records; without it: whose credentials these are',
  },
} as const satisfies OptionSpecs;

/** Does something with the controller that the options name. The AWS SDK is loaded only here. */
export async function withRemote<T>(
  input: Input,
  context: CliContext,
  work: (remote: Remote) => Promise<T>,
): Promise<T> {
  const stage = stageOf(input);
  const connect = context.connect ?? (await import('./connect.ts')).connect;
  const remote = await connect({ stage, region: input.value('region'), profile: input.value('profile') });
  try {
    return await work(remote);
  } finally {
    remote.close();
  }
}
