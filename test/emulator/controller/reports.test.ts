import { GetTemplateCommand } from '@aws-sdk/client-cloudformation';
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { GetObjectCommand, HeadBucketCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { DynamoDbSessions } from '../../../src/adapters/dynamodb-sessions.ts';
import { DynamoDbStore } from '../../../src/adapters/dynamodb-store.ts';
import { DynamoDbTable } from '../../../src/adapters/dynamodb-table.ts';
import { wait } from '../../../src/adapters/system-clock.ts';
import { changeOf } from '../../../src/core/gameday/publication.ts';
import type { Run } from '../../../src/core/run.ts';
import type { RunStateChangeMessage } from '../../../src/generated/types.ts';
import { reportKey, reportsBucket } from '../../../src/report/link.ts';
import { sessions } from '../../unit/report/support/sessions.ts';
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

  const table = (): DynamoDbTable => new DynamoDbTable(aws.clients.dynamodb, 'inoculate-test-control', wait);
  const store = (): DynamoDbStore => new DynamoDbStore(table());

  async function stored(change: Partial<Run>): Promise<Run> {
    const one = { ...run, id: `${run.experiment.name}.manual.a`, ...change };
    await store().createRun(one);
    await store().appendJournal(one.id, journal);
    return one;
  }

  const endOf = ({ id, experiment, outcome, abort, startAt }: Run): RunStateChangeMessage => ({
    runId: id,
    experiment: experiment.name,
    seq: 9,
    kind: 'phase',
    thread: id,
    gameDay: null,
    at: 1,
    from: 'recovering',
    phase: 'ended',
    reason: 'that was all',
    startAt,
    requestedBy: 'a test',
    generation: 0,
    abort,
    outcome,
    channels: [],
  });

  async function tell(detailType: string, detail: object): Promise<void> {
    await aws.clients.eventBridge.send(
      new PutEventsCommand({
        Entries: [
          {
            EventBusName: 'inoculate-test',
            Source: 'inoculate',
            DetailType: detailType,
            Detail: JSON.stringify(detail),
          },
        ],
      }),
    );
  }

  async function read(key: string): Promise<string | undefined> {
    const { Body } = await aws.clients.s3.send(new GetObjectCommand({ Bucket, Key: key }));
    return Body?.transformToString();
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
    await tell('Experiment Run State Change', endOf(ended));
    await until(async () => (await keys(key)).length > 0);
    expect(await keys(`runs/${ended.id}/`)).toEqual(
      ['report.html', 'report.md', 'run.json'].map((file) => `runs/${ended.id}/${file}`),
    );
    const { ContentType } = await aws.clients.s3.send(new GetObjectCommand({ Bucket, Key: key }));
    expect(ContentType).toBe('text/html; charset=utf-8');
    const first = await read(key);
    expect(first).toContain(`<dd>${ended.id}</dd>`);
    await aws.invoke('inoculate-test-report', { detail: endOf(ended) });
    expect(await read(key)).toBe(first);
  });

  it('are not written of a run that goes on', async () => {
    const going = await stored({ id: `${run.experiment.name}.manual.b`, phase: 'reverting' });
    const answer = await aws.invoke('inoculate-test-report', { detail: endOf(going) });
    expect(answer).toEqual({ result: 'not-ended' });
    expect(await keys(`runs/${going.id}/`)).toEqual([]);
  });

  it('are written of a game day, over all of its runs', async () => {
    const { session, runs } = sessions.mixed;
    for (const one of runs) {
      await store().createRun(one.run);
      // As many entries as the engine writes at once.
      for (let from = 0; from < one.journal.length; from += 16)
        await store().appendJournal(one.run.id, one.journal.slice(from, from + 16));
    }
    await new DynamoDbSessions(table()).createSession(session);
    const publication = { seq: 9, at: 1, phase: 'ended', kind: 'phase', reason: 'over', step: null } as const;
    await tell('Game Day State Change', changeOf(session, publication));
    const key = reportKey({ session: session.id });
    await until(async () => (await keys(key)).length > 0);
    expect(await keys(`gamedays/${session.id}/`)).toEqual(
      ['report.html', 'report.md', 'session.json'].map((file) => `gamedays/${session.id}/${file}`),
    );
    expect(JSON.parse((await read(reportKey({ session: session.id }, 'session.json'))) ?? '')).toMatchObject({
      result: 'deviated',
      runs: session.steps.flatMap((step) => step.runs.map(({ experiment }) => ({ experiment }))),
    });
    expect(await read(key)).toContain('What was learnt');
  });

  it('needed no call that the deployed roles deny', async () => {
    await expectLeastPrivilege(aws.emulator);
  });

  it('do not keep the service from being removed where its data are not kept', async () => {
    await aws.deployment.remove();
    await expect(aws.clients.s3.send(new HeadBucketCommand({ Bucket }))).rejects.toMatchObject({
      name: 'NotFound',
    });
  }, 120_000);
});
