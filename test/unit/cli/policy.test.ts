import { join, resolve } from 'node:path';
import { runCli } from '../../../src/cli/cli.ts';
import { commands } from '../../../src/cli/commands/index.ts';
import { recordingContext } from './support.ts';

const fixtures = resolve(import.meta.dirname, '../../e2e/fixtures');

async function policy(...options: readonly string[]) {
  const context = recordingContext(fixtures);
  const file = join('experiments', 'retried.yml');
  const code = await runCli({ version: '0', commands }, ['policy', file, ...options], context);
  return { code, out: context.out(), err: context.err() };
}

const here = ['--account', '123456789012', '--region', 'eu-central-1'];

describe('policy', () => {
  it('tells people what the controller, the functions and they themselves need', async () => {
    const { code, out, err } = await policy('--stage', 'prod', ...here);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('The controller of stage prod\n');
    expect(out).toContain('The role of tiny-prod-read\n  dynamodb:GetItem\n');
    expect(out).toContain('arn:aws:dynamodb:eu-central-1:123456789012:table/inoculate-prod-functions');
    expect(out).toContain('only where dynamodb:LeadingKeys telemetry#tiny-prod-read');
    expect(out).toContain('arn:aws:lambda:eu-central-1:123456789012:function:inoculate-prod-start');
  });

  it('prints documents that IAM takes', async () => {
    const documents = JSON.parse((await policy('--json', ...here)).out) as Record<string, unknown>;
    expect(Object.keys(documents)).toEqual(['controller', 'functions', 'person']);
    expect(documents['person']).toEqual({
      Version: '2012-10-17',
      Statement: [expect.objectContaining({ Effect: 'Allow', Action: ['lambda:InvokeFunction'] })],
    });
  });

  it('leaves placeholders where it is not told the place, and takes the partition from the Region', async () => {
    expect((await policy()).out).toContain('arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:');
    expect((await policy('--region', 'cn-north-1')).out).toContain('arn:aws-cn:lambda:cn-north-1:');
  });

  it('refuses what is no account and no Region', async () => {
    for (const options of [
      ['--account', '1'],
      ['--region', 'Frankfurt'],
    ]) {
      const { code, err } = await policy(...options);
      expect(code).toBe(2);
      expect(err).toContain(options[1]);
    }
  });
});
