import { GetTemplateCommand } from '@aws-sdk/client-cloudformation';
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { GetObjectCommand, HeadBucketCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { DynamoDbStore } from '../../../src/adapters/dynamodb-store.ts';
import { DynamoDbTable } from '../../../src/adapters/dynamodb-table.ts';
import { wait } from '../../../src/adapters/system-clock.ts';
import type { Run } from '../../../src/core/run.ts';
import { reportKey, reportsBucket } from '../../../src/report/link.ts';
import { plans } from '../../unit/report/support/plans.ts';
import { syntheticRun } from '../../unit/report/support/synthetic-run.ts';
import { describeWithEmulator } from '../harness/describe-with-emulator.ts';
import { until } from '../harness/until.ts';
import { expectLeastPrivilege } from './least-privilege.ts';
import { type Deployed, deployed } from './support.ts';

describeWithEmulator('reports of the deployed controller', () => {
  let aws: Deployed;
  let Bucket: string;
  const { run, journal } = syntheticRun(plans.deviated);

  beforeAll(async () => {
    aws = await deployed();
    Bucket = reportsBucket('test', aws.emulator.accountId, aws.emulator.region);
  }, 300_000);

  afterAll(() => aws?.emulator.stop());

  async function stored(change: Partial<Run>): Promise<Run> {
    const store = new DynamoDbStore(new DynamoDbTable(aws.clients.dynamodb, 'inoculate-test-control', wait));
    const one = { ...run, id: `${run.experiment.name}.manual.a`, ...change };
    await store.createRun(one);
    await store.appendJournal(one.id, journal);
    return one;
  }

  async function tellEnd({ id, experiment, outcome, abort, seq }: Run): Promise<void> {
    const detail = {
      runId: id,
      experiment: experiment.name,
      seq: Math.max(1, seq),
      at: 1,
      from: 'recovering',
      phase: 'ended',
      reason: 'that was all',
      abort,
      outcome,
      channels: [],
    };
    await aws.clients.eventBridge.send(
      new PutEventsCommand({
        Entries: [
          {
            EventBusName: 'inoculate-test',
            Source: 'inoculate',
            DetailType: 'Experiment Run State Change',
            Detail: JSON.stringify(detail),
          },
        ],
      }),
    );
  }

  async function keys(prefix: string): Promise<readonly string[]> {
    const { Contents = [] } = await aws.clients.s3.send(new ListObjectsV2Command({ Bucket, Prefix: prefix }));
    return Contents.map(({ Key = '' }) => Key).sort();
  }

  it('are kept encrypted, privately, over TLS alone, and for so many days', async () => {
    // The emulator keeps not all of it, so this is what CloudFormation is asked for.
    const { TemplateBody = '' } = await aws.clients.cloudFormation.send(
      new GetTemplateCommand({ StackName: aws.deployment.stack }),
    );
    const { Resources } = JSON.parse(TemplateBody) as { Resources: Record<string, unknown> };
    expect(Resources['Reports']).toMatchObject({
      Type: 'AWS::S3::Bucket',
      DeletionPolicy: 'Delete',
      Properties: {
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
        },
        OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        LifecycleConfiguration: {
          Rules: [
            { Status: 'Enabled', ExpirationInDays: 400 },
            { Status: 'Enabled', AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } },
          ],
        },
      },
    });
    expect(Resources['Reports']).not.toHaveProperty('Properties.VersioningConfiguration');
    expect(Resources['ReportsPolicy']).toMatchObject({
      Properties: {
        PolicyDocument: {
          Statement: [
            {
              Effect: 'Deny',
              Principal: '*',
              Action: 's3:*',
              Resource: [{ 'Fn::GetAtt': ['Reports', 'Arn'] }, { 'Fn::Sub': '${Reports.Arn}/*' }],
              Condition: { Bool: { 'aws:SecureTransport': 'false' } },
            },
          ],
        },
      },
    });
  });

  it('are written once a run has ended, and again where the end is told again', async () => {
    const ended = await stored({});
    const key = reportKey({ run: ended.id });
    await tellEnd(ended);
    await until(async () => (await keys(key)).length > 0);
    expect(await keys(`runs/${ended.id}/`)).toEqual(
      ['report.html', 'report.md', 'run.json'].map((file) => `runs/${ended.id}/${file}`),
    );
    const page = await aws.clients.s3.send(new GetObjectCommand({ Bucket, Key: key }));
    const first = await page.Body?.transformToString();
    expect(page.ContentType).toBe('text/html; charset=utf-8');
    expect(first).toContain(`<dd>${ended.id}</dd>`);
    await aws.invoke('inoculate-test-report', {
      detail: {
        runId: ended.id,
        experiment: ended.experiment.name,
        seq: 9,
        at: 1,
        from: 'recovering',
        phase: 'ended',
        reason: 'again',
        abort: null,
        outcome: null,
        channels: [],
      },
    });
    const again = await aws.clients.s3.send(new GetObjectCommand({ Bucket, Key: key }));
    expect(await again.Body?.transformToString()).toBe(first);
    await expectLeastPrivilege(aws.emulator);
  });

  it('are not written of a run that goes on', async () => {
    const going = await stored({ id: `${run.experiment.name}.manual.b`, phase: 'reverting' });
    const answer = await aws.invoke('inoculate-test-report', {
      detail: {
        runId: going.id,
        experiment: going.experiment.name,
        seq: 9,
        at: 1,
        from: 'recovering',
        phase: 'ended',
        reason: 'over',
        abort: null,
        outcome: null,
        channels: [],
      },
    });
    expect(answer).toEqual({ result: 'not-ended' });
    expect(await keys(`runs/${going.id}/`)).toEqual([]);
  });

  it('do not keep the service from being removed where its data are not kept', async () => {
    await aws.deployment.remove();
    await expect(aws.clients.s3.send(new HeadBucketCommand({ Bucket }))).rejects.toMatchObject({
      name: 'NotFound',
    });
  }, 120_000);
});
