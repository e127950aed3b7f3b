import {
  DescribeRuleCommand,
  DisableRuleCommand,
  EnableRuleCommand,
  EventBridgeClient,
  ResourceNotFoundException,
} from '@aws-sdk/client-eventbridge';
import type { AwsClients } from '../../aws/clients.ts';
import { EffectError } from '../../engine/errors.ts';
import type { Effects } from '../module.ts';
import { settingEffects } from './settings.ts';

export function open(aws: AwsClients): Effects {
  const reader = aws.get(EventBridgeClient);
  const writer = aws.sendingOnce(EventBridgeClient);
  return settingEffects({
    async read({ target, signal }) {
      try {
        const { State = null, ManagedBy = null } = await reader.send(
          new DescribeRuleCommand(ruleOf(target.id)),
          { abortSignal: signal },
        );
        return { settings: { state: State, managedBy: ManagedBy } };
      } catch (error) {
        if (error instanceof ResourceNotFoundException) return 'absent';
        throw error;
      }
    },
    wanted({ target }, { state, managedBy }) {
      if (typeof managedBy === 'string')
        throw refused(target.id, `${managedBy} manages it, and nobody else may change it`);
      // Only PutRule could set such a state again, and it replaces the whole rule.
      if (state !== 'ENABLED' && state !== 'DISABLED')
        throw refused(target.id, `its state is ${state}, which enabling it again would not restore`);
      return { state: 'DISABLED' };
    },
    async write({ target, signal }, { state }) {
      const rule = ruleOf(target.id);
      const options = { abortSignal: signal };
      if (state === 'DISABLED') await writer.send(new DisableRuleCommand(rule), options);
      else await writer.send(new EnableRuleCommand(rule), options);
    },
  });
}

/** A rule's name has no slash; the name of a partner's bus has. */
function ruleOf(id: string): { readonly Name: string; readonly EventBusName: string } {
  const slash = id.lastIndexOf('/');
  return { Name: id.slice(slash + 1), EventBusName: slash === -1 ? 'default' : id.slice(0, slash) };
}

function refused(id: string, why: string): EffectError {
  return new EffectError('not-restorable', `Rule ${id} is left alone: ${why}`, { unknown: false });
}
