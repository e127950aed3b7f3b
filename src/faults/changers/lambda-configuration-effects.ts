import {
  GetFunctionConfigurationCommand,
  LambdaClient,
  ListAliasesCommand,
  ListProvisionedConcurrencyConfigsCommand,
  ResourceNotFoundException,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import type { AwsClients } from '../../aws/clients.ts';
import { EffectError } from '../../engine/errors.ts';
import type { ChangeContext, Effects } from '../module.ts';
import { oneValue } from './one-value.ts';
import { type Settings, settingEffects, type SettingsRead } from './settings.ts';
import { until } from './until.ts';

export function open(aws: AwsClients): Effects {
  const reader = aws.get(LambdaClient);
  const writer = aws.sendingOnce(LambdaClient);
  return settingEffects({ read, wanted, write });

  async function read({ target, signal }: ChangeContext): Promise<SettingsRead | 'absent'> {
    try {
      const found = await reader.send(new GetFunctionConfigurationCommand({ FunctionName: target.id }), {
        abortSignal: signal,
      });
      const { Timeout = null, MemorySize = null, RevisionId, LastUpdateStatus } = found;
      return {
        settings: { timeoutSeconds: Timeout, memoryMb: MemorySize },
        ...(RevisionId !== undefined && { token: RevisionId }),
        ...(LastUpdateStatus === 'InProgress' && { pending: 'Lambda is still updating the function' }),
      };
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return 'absent';
      throw error;
    }
  }

  async function wanted(context: ChangeContext): Promise<Settings> {
    await refuseQualified(context);
    const { faults } = context;
    const timeoutMs = oneValue(
      'timeout',
      faults.map((fault) => (fault.kind === 'lambda.timeout' ? fault.timeout : undefined)),
    );
    const memoryMb = oneValue(
      'memory',
      faults.map((fault) => (fault.kind === 'lambda.memory' ? fault.memoryMb : undefined)),
    );
    return {
      ...(timeoutMs !== undefined && { timeoutSeconds: timeoutMs / 1000 }),
      ...(memoryMb !== undefined && { memoryMb }),
    };
  }

  /** Versions and what aliases point to keep the configuration that they were published with. */
  async function refuseQualified({ target, signal }: ChangeContext): Promise<void> {
    const page = { FunctionName: target.id, MaxItems: 1 };
    const options = { abortSignal: signal };
    const [{ Aliases = [] }, { ProvisionedConcurrencyConfigs = [] }] = await Promise.all([
      reader.send(new ListAliasesCommand(page), options),
      reader.send(new ListProvisionedConcurrencyConfigsCommand(page), options),
    ]);
    const through =
      Aliases.length > 0 ? 'an alias' : ProvisionedConcurrencyConfigs.length > 0 ? 'versions' : null;
    if (through !== null)
      throw new EffectError(
        'qualified-traffic',
        `${target.id} is invoked through ${through}, which the change would not reach: it is made on $LATEST only`,
        { unknown: false },
      );
  }

  async function write(context: ChangeContext, settings: Settings, token: string | undefined): Promise<void> {
    const { target, signal } = context;
    if (token === undefined)
      throw new EffectError('no-revision', `Lambda told no revision of ${target.id}`, { unknown: false });
    const { timeoutSeconds, memoryMb } = settings;
    await writer.send(
      new UpdateFunctionConfigurationCommand({
        FunctionName: target.id,
        RevisionId: token,
        ...(typeof timeoutSeconds === 'number' && { Timeout: timeoutSeconds }),
        ...(typeof memoryMb === 'number' && { MemorySize: memoryMb }),
      }),
      { abortSignal: signal },
    );
    // Where it takes longer the change is not undone by that; a revert waits for it, since Lambda takes one at a time.
    await until(async () => {
      const now = await read(context);
      return now === 'absent' || now.pending === undefined;
    }, signal);
  }
}
