import type { InFunctionFault } from '../../src/generated/types.ts';
import { lambdaEvent } from '../support/lambda-events.ts';
import { controlled, faulted, fired, Rig } from './support/rig.ts';
import { nodeVersions } from './support/sandbox.ts';
import { eventually } from './support/store.ts';

const rig = new Rig();
beforeAll(() => rig.build());
afterEach(() => rig.stop());
afterAll(() => rig.remove());

const total = {
  kind: 'invocation.corrupt',
  target: 'checkout',
  path: 'body.total',
  with: 'drop',
} as const satisfies InFunctionFault;
const items = { ...total, path: 'body.items', with: 'truncate' } as const satisfies InFunctionFault;
const list = { ...total, path: 'nested.list[*]', with: 'null' } as const satisfies InFunctionFault;

describe.each(nodeVersions)('invocation.corrupt under %s', (node) => {
  it('F9, F17: changes a copy of the answer after the handler has run; what the function keeps stays as it is', async () => {
    const sandbox = await rig.start('esm/answers.answers', [total, items, list], { node });
    const whole = {
      statusCode: 200,
      body: '{"total":12,"items":["a","b","c"]}',
      nested: { list: [1, 2, 3] },
    };
    for (let again = 0; again < 2; again += 1) {
      expect((await faulted(sandbox, { kept: true })).value).toEqual({
        statusCode: 200,
        body: '{"items":["a"]}',
        nested: { list: [null, null, null] },
      });
      expect((await controlled(sandbox, { kept: true })).value).toEqual(whole);
    }
    expect(await fired(sandbox)).toEqual({ f1: 2, f2: 2, f3: 2 });
  });

  it('what the handler throws stays thrown, and an answer without the place stays as it is', async () => {
    const sandbox = await rig.start('esm/answers.answers', [total], { node });
    expect(await faulted(sandbox, { fail: true })).toMatchObject({ value: { errorType: 'RangeError' } });
    for (const answer of ['text', 7, null, { body: 'no JSON' }, { body: '{"other":1}' }])
      expect((await faulted(sandbox, { answer })).value).toEqual(answer);
    expect(await fired(sandbox)).toEqual({});
  });

  it('F7: a streamed answer is left alone', async () => {
    const sandbox = await rig.start('esm/answers.streams', [total], { node });
    expect((await faulted(sandbox, { way: 'writes' })).value).toBe('one two three');
    expect(await fired(sandbox, { way: 'empty' })).toEqual({});
  });
});

describe('invocation.corrupt', () => {
  it('F8, F17: counts where there was nothing to change, and where a change could lose records', async () => {
    const report = { ...total, path: '["batchItemFailures"][0]' } as const;
    const sandbox = await rig.startWithStore('esm/answers.answers', [report, total]);
    const answer = { batchItemFailures: [{ itemIdentifier: 'x' }] };
    expect((await faulted(sandbox, { ...Object(lambdaEvent('sqs')), answer })).value).toEqual(answer);
    const skipped = await eventually(
      async () => {
        await faulted(sandbox, { runs: true }); // writes what is outstanding
        return rig.skipped();
      },
      (found) => found['would-lose-data'] === 1,
      () => sandbox.output,
    );
    expect(skipped['not-applicable']).toBeGreaterThan(0);
  });
});
