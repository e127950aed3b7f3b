import { SandboxExit, wrap } from '../../../src/testing/index.ts';

const order = async (event: { id: string }): Promise<{ ordered: string }> => ({ ordered: event.id });

describe('a wrapped handler', () => {
  it('has the name and the arity of the original', () => {
    const handler = wrap(order, { faults: [{ kind: 'invocation.error' }] });
    expect([handler.name, handler.length]).toEqual(['order', 1]);
  });

  it.each([
    ['before', 0],
    ['after', 1],
  ] as const)(
    'throws where its process would end (%s), and leaves that of the test alone',
    async (when, runs) => {
      let ran = 0;
      const handler = wrap(() => (ran += 1), { faults: [{ kind: 'sandbox.exit', code: 3, when }] });
      const error = await handler().catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(SandboxExit);
      expect(error).toMatchObject({ exitCode: 3 });
      expect(ran).toBe(runs);
      expect(handler.journal.injected).toMatchObject([{ kind: 'sandbox.exit', at: when, exitCode: 3 }]);
    },
  );

  it('answers by the callback that it is given', async () => {
    const handler = wrap(
      (event: string, _context: object, callback: (error: unknown, answer?: string) => void) =>
        callback(null, event),
      {
        faults: [
          { kind: 'invocation.error', name: 'Lost', when: 'after', match: [{ path: 'no', exists: true }] },
        ],
      },
    );
    const answer = await new Promise((resolve) => void handler('event', {}, (_, given) => resolve(given)));
    expect(answer).toBe('event');
  });

  it('answers HTTP requests in the form of their source, and says why it leaves others alone', async () => {
    const handler = wrap(async (_event: object): Promise<unknown> => ({ statusCode: 200 }), {
      faults: [{ kind: 'invocation.response', status: 503, body: 'busy' }],
    });
    const request = {
      version: '2.0',
      requestContext: { http: { method: 'GET' }, domainName: 'example.com' },
    };
    expect(await handler(request)).toMatchObject({ statusCode: 503, body: 'busy' });
    expect(await handler({ direct: true })).toEqual({ statusCode: 200 });
    expect(handler.journal.injected).toMatchObject([{ invocation: 1, replaced: 'answer' }]);
    expect(handler.journal.skipped).toMatchObject([{ invocation: 2, reason: 'wrong-source' }]);
  });

  it('takes the request to be repeated from its context, or says that there is none', async () => {
    const options = {
      faults: [{ kind: 'invocation.error', name: 'Lost', rate: '50%' }],
      like: { salt: 'salt-0001' },
    } as const;
    const handler = wrap((_event: object, _context: object) => 'answer', options);
    const met = async (awsRequestId: string): Promise<string> =>
      handler({}, { awsRequestId }).catch((error: unknown) => (error as Error).name);
    const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
    const first = await Promise.all(ids.map(met));
    expect(new Set(first)).toEqual(new Set(['answer', 'Lost']));
    expect(await Promise.all([...ids].reverse().map(met))).toEqual([...first].reverse());
    await expect(handler({}, {})).rejects.toThrow(/like\.requestId: .*no awsRequestId/);
  });

  it('waits by the clock that it is given', async () => {
    const timers: { ms: number; then: () => void }[] = [];
    const clock = {
      now: () => 1_800_000_000_000,
      after: (ms: number, then: () => void) => {
        timers.push({ ms, then });
        return () => undefined;
      },
    };
    const handler = wrap(async () => 'answer', {
      faults: [{ kind: 'invocation.latency', delay: '10m' }],
      clock,
    });
    const answer = handler();
    while (timers.length === 0) await Promise.resolve();
    expect(timers.map(({ ms }) => ms)).toEqual([600_000]);
    timers[0]?.then();
    expect(await answer).toBe('answer');
  });
});
