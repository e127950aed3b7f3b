import {
  GetEventSourceMappingCommand,
  LambdaClient,
  ResourceNotFoundException,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import type { AwsClients } from '../../aws/clients.ts';
import { EffectError } from '../../engine/errors.ts';
import type { Effects } from '../module.ts';
import { settingEffects, type SettingsRead } from './settings.ts';

export function open(aws: AwsClients): Effects {
  const reader = aws.get(LambdaClient);
  const writer = aws.sendingOnce(LambdaClient);
  return settingEffects({
    async read({ target, signal }) {
      try {
        const { State = 'unknown' } = await reader.send(
          new GetEventSourceMappingCommand({ UUID: target.id }),
          { abortSignal: signal },
        );
        return readOf(State, target.id);
      } catch (error) {
        if (error instanceof ResourceNotFoundException) return 'absent';
        throw error;
      }
    },
    wanted: () => ({ enabled: false }),
    async write({ target, signal }, { enabled }) {
      await writer.send(new UpdateEventSourceMappingCommand({ UUID: target.id, Enabled: enabled === true }), {
        abortSignal: signal,
      });
    },
  });
}

function readOf(state: string, id: string): SettingsRead | 'absent' {
  switch (state) {
    case 'Enabled':
    case 'Disabled':
      return { settings: { enabled: state === 'Enabled' } };
    case 'Enabling':
    case 'Disabling':
      return { settings: { enabled: state === 'Enabling' }, pending: `Lambda is still ${state} it` };
    case 'Deleting':
      return 'absent';
    default:
      throw new EffectError(
        'busy',
        `Event source mapping ${id} is ${state}: whether it is enabled shows when Lambda is done`,
        { unknown: false },
      );
  }
}
