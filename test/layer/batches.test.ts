import type { InFunctionFault } from '../../src/generated/types.ts';
import { lambdaEvent } from '../support/lambda-events.ts';
import { controlled, faulted, fired, Rig } from './support/rig.ts';
import { nodeVersions, type Sandbox } from './support/sandbox.ts';
import { eventually } from './support/store.ts';

const rig = new Rig();
beforeAll(() => rig.build());
afterEach(() => rig.stop());
afterAll(() => rig.remove());

const target = 'checkout';
const batch = { kind: 'invocation.batch', target } as const;
const failAll = { ...batch, fail: 1, acceptsDataLoss: true } as const satisfies InFunctionFault;
const failSafely = { ...batch, fail: 1 } as const satisfies InFunctionFault;
const reorder = { ...batch, reorder: true } as const satisfies InFunctionFault;
const duplicateAll = { ...batch, duplicate: 1 } as const satisfies InFunctionFault;

type Says = Readonly<Record<string, string>>;
interface Batch {
  readonly Records: readonly Record<string, unknown>[];
  readonly stops?: boolean;
}

/** Messages by id and body; with groups (`id: 'group/body'`) of a FIFO queue. */
function sqs(says: Says, fifo = false): Batch {
  const [sample] = (lambdaEvent('sqs') as Batch).Records;
  const Records = Object.entries(says).map(([messageId, text]) => {
    const [body, group] = text.split('/').reverse();
    const attributes = {
      ...Object(sample?.['attributes']),
      ...(group === undefined ? {} : { MessageGroupId: group }),
    };
    return {
      ...sample,
      messageId,
      body,
      attributes,
      eventSourceARN: `arn:aws:sqs:eu-west-1:1:jobs${fifo ? '.fifo' : ''}`,
    };
  });
  return { Records };
}

/** Records by sequence number, `key/says`. */
function kinesis(says: Says): Batch {
  const [sample] = (lambdaEvent('kinesis') as Batch).Records;
  const Records = Object.entries(says).map(([sequenceNumber, text]) => {
    const [partitionKey, saying] = text.split('/');
    return {
      ...sample,
      kinesis: { ...Object(sample?.['kinesis']), sequenceNumber, partitionKey },
      says: saying,
    };
  });
  return { Records };
}

function dynamodb(says: Says): Batch {
  const [sample] = (lambdaEvent('dynamodb-stream') as Batch).Records;
  const Records = Object.entries(says).map(([SequenceNumber, text]) => {
    const [key, saying] = text.split('/');
    return {
      ...sample,
      dynamodb: { ...Object(sample?.['dynamodb']), SequenceNumber, Keys: { id: { S: key } } },
      says: saying,
    };
  });
  return { Records };
}

const failuresIn = (value: unknown): string[] =>
  Object(value).batchItemFailures?.map(({ itemIdentifier }: { itemIdentifier: string }) => itemIdentifier);

/** Which records the handler was given, invocation by invocation. */
const givenIn = (sandbox: Sandbox): string[][] =>
  [...sandbox.output.matchAll(/\brecords (\[.*\])$/gm)].map(([, ids]) => JSON.parse(ids ?? '[]'));

describe.each(nodeVersions)('invocation.batch under %s', (node) => {
  const start = (faults: readonly InFunctionFault[]): Promise<Sandbox> =>
    rig.start('esm/answers.batch', faults, { node });

  it('F9: failed records are added to those that the handler reports, after it has run', async () => {
    const sandbox = await start([failAll]);
    const says = { a: '', b: 'fail', c: '' };
    expect(failuresIn((await faulted(sandbox, sqs(says))).value)).toEqual(['b', 'a', 'c']);
    const none = { '7': 'k/', '8': 'k/', '9': 'l/' };
    expect(failuresIn((await faulted(sandbox, kinesis(none))).value)).toEqual(['7', '8', '9']);
    expect(failuresIn((await faulted(sandbox, dynamodb(none))).value)).toEqual(['7', '8', '9']);
    expect(givenIn(sandbox)).toEqual([
      ['a', 'b', 'c'],
      ['7', '8', '9'],
      ['7', '8', '9'],
    ]);
    expect(failuresIn((await controlled(sandbox, sqs(says))).value)).toEqual(['b']);
    expect(await fired(sandbox, sqs(says))).toEqual({ f1: 3 });
  });

  it('F8: without accepting a loss only messages that come for the first time fail', async () => {
    const sandbox = await start([failSafely]);
    const first = sqs({ a: '' });
    const again = {
      Records: first.Records.map((record) => ({ ...record, attributes: { ApproximateReceiveCount: '2' } })),
    };
    expect(failuresIn((await faulted(sandbox, first)).value)).toEqual(['a']);
    expect(failuresIn((await faulted(sandbox, again)).value)).toEqual([]);
    expect(failuresIn((await faulted(sandbox, kinesis({ '7': 'k/' }))).value)).toEqual([]);
    expect(await fired(sandbox, first)).toEqual({ f1: 1 });
  });

  it('no answer means that all succeeded; what the handler throws stays thrown', async () => {
    const sandbox = await start([failAll]);
    expect(failuresIn((await faulted(sandbox, sqs({ a: 'silent' }))).value)).toEqual(['a']);
    const { failed, value } = await faulted(sandbox, sqs({ a: 'throw' }));
    expect({ failed, value }).toMatchObject({ failed: true, value: { errorType: 'RangeError' } });
    expect(await fired(sandbox, sqs({ a: '' }))).toEqual({ f1: 1 });
  });

  it('of a FIFO queue all that follows a failed message in its group is reported with it', async () => {
    const sandbox = await start([{ ...batch, fail: 0.34 }]);
    const says = { a1: 'a/', b1: 'b/', a2: 'a/', b2: 'b/', a3: 'a/', b3: 'b/' };
    const seen = new Set<string>();
    for (let tries = 0; tries < 25; tries += 1) {
      const failures = failuresIn((await faulted(sandbox, sqs(says, true))).value);
      for (const group of ['a', 'b']) {
        const members = failures.filter((id) => id.startsWith(group));
        expect(members).toEqual(['1', '2', '3'].slice(3 - members.length).map((place) => `${group}${place}`));
      }
      seen.add(failures.join());
    }
    expect(seen.size).toBeGreaterThan(3);
  });

  it('each record twice: a copy of its own, right behind it; a report names it once', async () => {
    const sandbox = await start([duplicateAll]);
    const { value } = await faulted(sandbox, sqs({ a: '', b: 'fail' }));
    expect(givenIn(sandbox)).toEqual([['a', 'a', 'b', 'b']]);
    expect(failuresIn(value)).toEqual(['b']);
    expect(await fired(sandbox, sqs({ a: '' }))).toEqual({ f1: 1 });
  });

  it('another order keeps each message group, partition key and item in order', async () => {
    const sandbox = await start([reorder]);
    const says = { '1': 'a/', '2': 'a/', '3': 'b/', '4': 'b/', '5': 'c/', '6': 'c/' };
    for (const event of [sqs(says, true), kinesis(says), dynamodb(says)]) {
      await faulted(sandbox, event);
      const given = givenIn(sandbox).at(-1) ?? [];
      expect(given).not.toEqual(Object.keys(says));
      expect([...given].sort()).toEqual(Object.keys(says));
      for (const [first, second] of [
        ['1', '2'],
        ['3', '4'],
        ['5', '6'],
      ] as const)
        expect(given.indexOf(first)).toBeLessThan(given.indexOf(second));
    }
    await faulted(sandbox, sqs({ '1': '', '2': '' }));
    expect(givenIn(sandbox).at(-1)).toEqual(['2', '1']);
  });

  it('F8: a stream that is handed over in another order loses nothing: what came after a failure is read again', async () => {
    const sandbox = await start([reorder]);
    const says = { '99': 'a/', '100': 'b/', '101': 'c/fail', '102': 'd/', '103': 'e/' };
    for (let tries = 0; tries < 10; tries += 1) {
      const { value } = await faulted(sandbox, { ...kinesis(says), stops: true });
      const given = givenIn(sandbox).at(-1) ?? [];
      expect(given).toHaveLength(5);
      const done = given.slice(0, given.indexOf('101'));
      const readAgainFrom =
        failuresIn(value)
          .map(Number)
          .sort((a, b) => a - b)[0] ?? Infinity;
      // AWS takes all numbers below the lowest reported one as done.
      for (const id of Object.keys(says)) if (Number(id) < readAgainFrom) expect(done).toContain(id);
    }
  });

  it.each(['api-gateway-v2', 'sns', 's3', 'eventbridge'])(
    'F8: an event of %s is left alone',
    async (source) => {
      const sandbox = await rig.start('esm/answers.answers', [failAll, reorder, duplicateAll], { node });
      const event = { ...Object(lambdaEvent(source)), answer: 'of the handler' };
      expect((await faulted(sandbox, event)).value).toBe('of the handler');
      expect(await fired(sandbox)).toEqual({});
    },
  );
});

describe('invocation.batch', () => {
  it('F17: says how often there was no batch, and how often nothing in it to change', async () => {
    const sandbox = await rig.startWithStore('esm/answers.answers', [reorder]);
    const before = await rig.skipped();
    expect(before['wrong-source']).toBeGreaterThan(0);
    await faulted(sandbox, kinesis({ '1': 'same/', '2': 'same/' }));
    await eventually(
      async () => {
        await faulted(sandbox, { answer: 'writes what is outstanding' });
        return rig.skipped();
      },
      (skipped) => skipped['not-applicable'] === 1,
      () => sandbox.output,
    );
  });
});
