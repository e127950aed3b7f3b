import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { waitUnlessAborted } from '../../adapters/system-clock.ts';
import { AwsClients } from '../../aws/clients.ts';
import { awsFailure, functionFailure } from './failures.ts';
import { prove } from './prove.ts';
import type { Caller, Remote, RemoteSettings } from './remote.ts';

/** The controller on AWS, by the user's own credentials. */
export function connect({ stage, region, profile }: RemoteSettings): Remote {
  const aws = new AwsClients({
    ...(region === undefined ? {} : { region }),
    ...(profile === undefined ? {} : { profile }),
    maxAttempts: 4,
  });
  const regionOf = async (): Promise<string> => {
    try {
      return await aws.get(LambdaClient).config.region();
    } catch (error) {
      throw awsFailure(error, { stage });
    }
  };
  const caller = async (): Promise<Caller> => {
    const place = { stage, region: await regionOf() };
    try {
      return callerOf(await aws.get(STSClient).send(new GetCallerIdentityCommand({})));
    } catch (error) {
      throw awsFailure(error, place);
    }
  };
  return {
    stage,
    aws,
    wait: waitUnlessAborted,
    region: regionOf,
    invoke: async (name, message) => {
      const functionName = `inoculate-${stage}-${name}`;
      const where = { stage, region: await regionOf(), functionName };
      try {
        const { Payload, FunctionError } = await aws
          .get(LambdaClient)
          .send(new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(message) }));
        const text = Buffer.from(Payload ?? []).toString();
        if (FunctionError !== undefined) throw functionFailure(text, where);
        return JSON.parse(text) as unknown;
      } catch (error) {
        throw awsFailure(error, where);
      }
    },
    caller,
    prove: async ({ run, decision, seq, generation, startAt }) => {
      const { account, partition } = await caller();
      const { credentials } = aws.get(STSClient).config;
      const region = await regionOf();
      const what = { stage, account, region, run, decision, seq, generation, startAt };
      return prove({ credentials, partition, variables: process.env }, what);
    },
    close: () => aws.destroy(),
  };
}

function callerOf({
  Account,
  Arn,
}: {
  readonly Account?: string | undefined;
  readonly Arn?: string | undefined;
}): Caller {
  if (Account === undefined || Arn === undefined)
    throw new Error('STS did not say whose credentials these are');
  return { account: Account, arn: Arn, partition: Arn.split(':')[1] ?? 'aws' };
}
