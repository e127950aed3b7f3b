import {
  DeleteFunctionConcurrencyCommand,
  GetFunctionConcurrencyCommand,
  LambdaClient,
  PutFunctionConcurrencyCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-lambda';
import type { AwsClients } from '../../aws/clients.ts';
import type { Effects } from '../module.ts';
import { settingEffects } from './settings.ts';

export function open(aws: AwsClients): Effects {
  const client = aws.get(LambdaClient);
  return settingEffects({
    async read({ target, signal }) {
      try {
        const { ReservedConcurrentExecutions } = await client.send(
          new GetFunctionConcurrencyCommand({ FunctionName: target.id }),
          { abortSignal: signal },
        );
        return { settings: { reservedConcurrency: ReservedConcurrentExecutions ?? null } };
      } catch (error) {
        if (error instanceof ResourceNotFoundException) return 'absent';
        throw error;
      }
    },
    wanted: ({ faults }) => {
      const limits = faults.flatMap((fault) => (fault.kind === 'lambda.throttle' ? [fault.concurrency] : []));
      return { reservedConcurrency: Math.min(...limits) };
    },
    async write({ target, signal }, { reservedConcurrency }) {
      const options = { abortSignal: signal };
      if (reservedConcurrency === null)
        await client.send(new DeleteFunctionConcurrencyCommand({ FunctionName: target.id }), options);
      else
        await client.send(
          new PutFunctionConcurrencyCommand({
            FunctionName: target.id,
            ReservedConcurrentExecutions: Number(reservedConcurrency),
          }),
          options,
        );
    },
  });
}
