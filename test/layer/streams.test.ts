import type { InFunctionFault } from '../../src/generated/types.ts';
import { buildAll, type Built } from './support/build.ts';
import { doseOf, idIn } from './support/doses.ts';
import { firedIn } from './support/fired.ts';
import { nodeVersions, Sandboxes, type Outcome, type Sandbox } from './support/sandbox.ts';

let built: Built;
const sandboxes = new Sandboxes();
beforeAll(async () => {
  built = await buildAll();
});
afterEach(() => sandboxes.stop());
afterAll(() => built.remove());

const target = 'checkout';
const dose = doseOf([]);
const ways = [
  'writes',
  'pipeline',
  'metadata',
  'metadata-end-only',
  'end-only',
  'objects',
  'pressure',
  'unawaited',
  'late-type',
  'fails',
  'empty',
] as const;
type Way = (typeof ways)[number];

const slowFirstByte = {
  kind: 'invocation.latency',
  target,
  when: 'first-byte',
  delay: 150,
} as const satisfies InFunctionFault;
const slowChunks = { ...slowFirstByte, when: 'chunks', delay: 60 } as const satisfies InFunctionFault;
const cutOff = {
  kind: 'invocation.error',
  target,
  when: 'mid-stream',
  name: 'CutOff',
} as const satisfies InFunctionFault;

describe.each(nodeVersions)('a streaming handler under %s', (node) => {
  const start = (faults: readonly InFunctionFault[], handler = 'esm/answers.streams'): Promise<Sandbox> =>
    sandboxes.start({
      task: built.task,
      opt: built.opt,
      handler,
      node,
      env: { INOCULATE_DOSE: JSON.stringify(doseOf(faults)) },
    });
  const invoke = (sandbox: Sandbox, way: Way, event: object = {}): Promise<Outcome> =>
    sandbox.invoke({ way, ...event }, idIn('experimental', dose));
  /** The next invocation begins only when the last one has been told of. */
  const fired = async (sandbox: Sandbox): Promise<Record<string, number>> => {
    await sandbox.invoke({ way: 'empty' }, idIn('control', dose));
    return firedIn(sandbox);
  };
  const plain = (): Promise<Sandbox> =>
    sandboxes.start({ task: built.task, handler: 'esm/answers.streams', node });

  it('F7: answers through a slowed stream byte by byte as it does without the layer, whatever way it writes', async () => {
    const without = await plain();
    const withFaults = await start([
      { ...slowFirstByte, delay: 30 },
      { ...slowChunks, delay: 1 },
    ]);
    for (const way of ways) {
      const expected = await without.invoke({ way });
      const found = await invoke(withFaults, way);
      expect([way, told(found)]).toEqual([way, told(expected)]);
    }
    expect(withFaults.output).toMatch(/drained true mark \d+ finished true/);
    expect(await fired(withFaults)).toMatchObject({ f1: ways.length });
  });

  it('F7: is handed the runtime’s own stream where no fault acts on the stream', async () => {
    const without = await plain();
    const withFaults = await start([{ kind: 'invocation.latency', target, delay: 1 }]);
    for (const way of ways) {
      expect([way, told(await invoke(withFaults, way))]).toEqual([way, told(await without.invoke({ way }))]);
    }
  });

  it('holds back the first byte, and nothing after it', async () => {
    const sandbox = await start([slowFirstByte]);
    const { chunks, value } = await invoke(sandbox, 'writes');
    expect(value).toBe('one two three');
    expect(chunks[0]?.atMs).toBeGreaterThanOrEqual(149);
    expect(await fired(sandbox)).toEqual({ f1: 1 });
  });

  it('holds back each chunk, counted once for the answer', async () => {
    const sandbox = await start([slowChunks]);
    for (const way of ['writes', 'unawaited'] as const) {
      const { chunks, tookMs } = await invoke(sandbox, way);
      expect(chunks.map(({ text }) => text)).toEqual(['one ', 'two ', 'three']);
      expect(tookMs).toBeGreaterThanOrEqual(3 * 60 - 3);
    }
    expect(await fired(sandbox)).toEqual({ f1: 2 });
  });

  it('breaks off after the first chunk: the invocation fails, and what was sent stays sent', async () => {
    const sandbox = await start([cutOff]);
    for (const way of ['writes', 'pipeline', 'unawaited', 'pressure'] as const) {
      const { failed, value } = await invoke(sandbox, way);
      expect(failed).toBe(true);
      expect(value).toMatchObject({ errorType: 'CutOff' });
      if (way !== 'pressure') expect(value).toMatchObject({ sent: 'one ' });
    }
    expect(await fired(sandbox)).toEqual({ f1: 4 });
    // A handler that is broken off in the middle leaves the sandbox as good as new.
    expect((await sandbox.invoke({ way: 'writes' }, idIn('control', dose))).value).toBe('one two three');
  });

  it('an empty answer has nothing to break off, and says so', async () => {
    const sandbox = await start([cutOff]);
    expect((await invoke(sandbox, 'empty')).failed).toBe(false);
    expect(await fired(sandbox)).toEqual({});
  });

  it('F9: an error after the handler lets the whole answer go out, and fails in the place of its end', async () => {
    const sandbox = await start([{ ...cutOff, when: 'after' }]);
    for (const way of ['writes', 'end-only'] as const) {
      const { failed, value } = await invoke(sandbox, way);
      expect(failed).toBe(true);
      expect(value).toEqual({
        errorType: 'CutOff',
        sent: way === 'writes' ? 'one two three' : 'all at once',
      });
    }
  });

  it('a delay after the handler holds back the end of the answer', async () => {
    const sandbox = await start([{ ...slowFirstByte, when: 'after' }]);
    const { chunks, tookMs } = await invoke(sandbox, 'writes');
    expect(chunks).toHaveLength(3);
    expect(tookMs - (chunks[2]?.atMs ?? 0)).toBeGreaterThanOrEqual(149);
  });

  it('no delay of a stream takes the time in which its answer must arrive', async () => {
    const sandbox = await sandboxes.start({
      task: built.task,
      opt: built.opt,
      handler: 'esm/answers.streams',
      node,
      timeoutMs: 1500,
      env: { INOCULATE_DOSE: JSON.stringify(doseOf([{ ...slowChunks, delay: 60_000 }])) },
    });
    expect(await invoke(sandbox, 'writes')).toMatchObject({ failed: false, value: 'one two three' });
  });

  it('handlers that do not stream are left alone', async () => {
    const sandbox = await start([slowFirstByte, slowChunks, cutOff], 'esm/answers.answers');
    const { failed, value } = await sandbox.invoke({ answer: 'whole' }, idIn('experimental', dose));
    expect({ failed, value }).toEqual({ failed: false, value: 'whole' });
    expect(await fired(sandbox)).toEqual({});
  });
});

/** What a caller can see of an outcome, but for the times. */
function told({ failed, value, headers }: Outcome): object {
  return {
    failed,
    value,
    type: headers['content-type'],
    mode: headers['lambda-runtime-function-response-mode'],
  };
}
