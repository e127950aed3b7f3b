import {
  DeleteFunctionConcurrencyCommand,
  GetFunctionConcurrencyCommand,
  LambdaClient,
  PutFunctionConcurrencyCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-lambda';
import type { AwsClients } from '../../aws/clients.ts';
import { EffectError } from '../../engine/errors.ts';
import type { Effects } from '../module.ts';
import { settingEffects } from './settings.ts';

export function open(aws: AwsClients): Effects {
  const reader = aws.get(LambdaClient);
  const writer = aws.sendingOnce(LambdaClient);
  return settingEffects({
    async read({ target, signal }) {
      try {
        const { ReservedConcurrentExecutions } = await reader.send(
          new GetFunctionConcurrencyCommand({ FunctionName: target.id }),
          { abortSignal: signal },
        );
        return { settings: { reservedConcurrency: ReservedConcurrentExecutions ?? null } };
      } catch (error) {
        if (error instanceof ResourceNotFoundException) return 'absent';
        throw error;
      }
    },
    wanted({ faults, target }, { reservedConcurrency: before }) {
      const limits = faults.flatMap((fault) => (fault.kind === 'lambda.throttle' ? [fault.concurrency] : []));
      const concurrency = Math.min(...limits);
      if (typeof before === 'number' && before < concurrency)
        throw new EffectError(
          'would-raise',
          `${target.id} has a reserved concurrency of ${before}, which the fault would raise to ${concurrency}; choose less than ${before}`,
          { unknown: false },
        );
      return { reservedConcurrency: concurrency };
    },
    async write({ target, signal }, { reservedConcurrency }) {
      const options = { abortSignal: signal };
      if (reservedConcurrency === null)
        await writer.send(new DeleteFunctionConcurrencyCommand({ FunctionName: target.id }), options);
      else
        await writer.send(
          new PutFunctionConcurrencyCommand({
            FunctionName: target.id,
            ReservedConcurrentExecutions: Number(reservedConcurrency),
          }),
          options,
        );
    },
  });
}
