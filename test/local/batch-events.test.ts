import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalService, readService } from '../../src/local/service.ts';
import { localTargets } from '../../src/local/targets.ts';
import { experiment } from '../contract/samples.ts';

const folder = mkdtempSync(join(tmpdir(), 'inoculate-batches-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function read(yaml: string): Promise<LocalService> {
  const file = join(folder, 'serverless.yml');
  writeFileSync(file, `service: shop\nprovider: { name: aws, runtime: nodejs22.x }\n${yaml}`);
  const result = await readService(file, { stage: 'test', env: {} });
  if ('problems' in result) throw new Error(JSON.stringify(result.problems, null, 2));
  return result;
}

describe('a function of a service', () => {
  it('tells which queues and streams are read for it, and which records of theirs can be reported as failed', async () => {
    const { functions } = await read(
      `custom: { reported: ReportBatchItemFailures }
functions:
  a:
    handler: src/a.main
    events:
      - httpApi: GET /
      - sqs: \${ssm:/only/in/the/cloud}
      - sqs: { arn: { Fn::GetAtt: [Jobs, Arn] }, functionResponseType: ReportBatchItemFailures }
      - stream: { type: kinesis, arn: "\${ssm:/stream}", functionResponseType: "\${self:custom.reported}" }
`,
    );
    expect(functions['a']?.batches).toEqual([
      { name: 'event 2 (sqs)', reportsItemFailures: false },
      { name: 'event 3 (sqs)', reportsItemFailures: true },
      { name: 'event 4 (stream)', reportsItemFailures: true },
    ]);
  });

  it('without a queue or a stream has none, also as a target', async () => {
    const service = await read(
      'functions:\n  a: { name: checkout, handler: src/a.main, events: [httpApi: "*"] }\n',
    );
    expect(service.functions['a']).not.toHaveProperty('batches');
    expect(localTargets({ ...experiment, targets: { a: { lambda: 'checkout' } } }, service)).toMatchObject([
      { name: 'a', batches: [] },
    ]);
  });
});
