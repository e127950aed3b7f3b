import { ParameterNotFound } from '@aws-sdk/client-ssm';
import { type SecretsKeeper, secretReader } from '../../../src/adapters/aws/secrets.ts';
import type { AwsClients } from '../../../src/aws/clients.ts';

function reading(keeper: SecretsKeeper, values: Record<string, string>) {
  const asked: string[] = [];
  const clock = { time: 0, now: () => clock.time };
  const aws = {
    get: () => ({
      send: async ({
        input,
      }: {
        readonly input: { readonly Name: string; readonly WithDecryption: boolean };
      }) => {
        asked.push(input.Name);
        const Value = input.WithDecryption ? values[input.Name] : undefined;
        if (Value === undefined) throw new ParameterNotFound({ message: 'x', $metadata: {} });
        return { Parameter: { Value } };
      },
    }),
  } as unknown as AwsClients;
  return { asked, clock, values, read: secretReader(aws, clock, { stage: 'dev', keeper }) };
}

describe('secrets', () => {
  it.each<[SecretsKeeper, string]>([
    ['ssm', '/inoculate/dev/slack/bot-token'],
    ['secretsmanager', '/aws/reference/secretsmanager/inoculate/dev/slack/bot-token'],
  ])('of %s are read by their name there', async (keeper, name) => {
    const { read } = reading(keeper, { [name]: 'xoxb-1\n' });
    expect(await read('slack/bot-token')).toBe('xoxb-1');
    expect(await read('slack/webhooks/chaos')).toBeUndefined();
  });

  it('are kept for five minutes, and one that is not there is looked for again', async () => {
    const name = '/inoculate/dev/slack/bot-token';
    const { read, asked, clock, values } = reading('ssm', {});
    expect(await read('slack/bot-token')).toBeUndefined();
    values[name] = 'old';
    expect(await read('slack/bot-token')).toBe('old');
    values[name] = 'new';
    clock.time += 299_000;
    expect(await read('slack/bot-token')).toBe('old');
    clock.time += 1_000;
    expect(await read('slack/bot-token')).toBe('new');
    expect(asked).toHaveLength(3);
  });

  it('that are empty are none', async () => {
    const { read } = reading('ssm', { '/inoculate/dev/slack/bot-token': ' \n' });
    expect(await read('slack/bot-token')).toBeUndefined();
  });
});
