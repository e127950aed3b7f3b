import http from 'node:http';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import axios from 'axios';
import * as undici from 'undici';
import { withFaults, wrap, type TestFault } from '../../../src/testing/index.ts';
import { type LocalServer, startDependency } from '../../layer/support/server.ts';

let dependency: LocalServer;
let dynamo: DynamoDBClient;
beforeEach(async () => {
  dependency = await startDependency();
  dynamo = new DynamoDBClient({
    region: 'eu-west-1',
    endpoint: dependency.url,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 3,
  });
});
afterEach(async () => {
  dynamo.destroy();
  await dependency.stop();
});

const down: TestFault = { kind: 'dependency.error', host: '127.0.0.1', status: 503, body: 'down' };
const throttled: TestFault = { kind: 'dependency.error', service: 'dynamodb', error: 'ThrottlingException' };

const read = (): Promise<unknown> =>
  dynamo.send(new GetItemCommand({ TableName: 'orders', Key: { id: { S: '1' } } }));

function viaHttp(url: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    http
      .get(url, (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (text: string) => (body += text));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
      })
      .on('error', reject);
  });
}

const clients: Record<string, (url: string) => Promise<{ status: number; body: string }>> = {
  fetch: async (url) => {
    const response = await fetch(url);
    return { status: response.status, body: await response.text() };
  },
  'node:http': viaHttp,
  axios: async (url) => {
    const { status, data } = await axios.get<unknown>(url, { validateStatus: () => true });
    return { status, body: typeof data === 'string' ? data : JSON.stringify(data) };
  },
  undici: async (url) => {
    const { statusCode, body } = await undici.request(url);
    return { status: statusCode, body: await body.text() };
  },
};

describe('withFaults, in the context that jest makes for a test file', () => {
  it.each(Object.entries(clients))(
    'answers calls of %s, and only as long as the callback runs',
    async (_, get) => {
      const { result, journal } = await withFaults({ faults: [down] }, () => get(dependency.url));
      expect(result).toEqual({ status: 503, body: 'down' });
      expect(dependency.seen).toEqual([]);
      expect(journal.injected).toMatchObject([
        {
          fault: 'f1',
          kind: 'dependency.error',
          call: { method: 'GET', host: '127.0.0.1', path: '/', attempt: 1 },
        },
      ]);
      expect(await get(dependency.url)).toMatchObject({ status: 200 });
    },
  );

  it('runs the retries of the AWS SDK, and raises its modelled error', async () => {
    const outcome = withFaults({ faults: [throttled] }, read);
    await expect(outcome).rejects.toMatchObject({ name: 'ThrottlingException', $metadata: { attempts: 3 } });
    const { journal } = await withFaults({ faults: [{ ...throttled, only: [1, 2] }] }, read);
    expect(journal.injected.map(({ call }) => [call?.service, call?.operation, call?.attempt])).toEqual([
      ['dynamodb', 'GetItem', 1],
      ['dynamodb', 'GetItem', 2],
    ]);
    expect(dependency.seen).toHaveLength(1);
  });

  it('leaves calls outside of the callback alone while it runs', async () => {
    let proceed = (): void => undefined;
    const outside = new Promise<void>((done) => (proceed = done)).then(() => viaHttp(dependency.url));
    await withFaults({ faults: [down] }, async () => {
      proceed();
      expect(await viaHttp(dependency.url)).toMatchObject({ status: 503 });
      expect(await outside).toMatchObject({ status: 200 });
    });
  });

  it('keeps concurrent callbacks apart, and takes everything back in whichever order they end', async () => {
    const before = Object.getOwnPropertyDescriptor(http.Agent.prototype, 'addRequest');
    const statuses = [501, 502, 503, 504, 505];
    const seen = await Promise.all(
      statuses.map(async (status, index) => {
        const { result, journal } = await withFaults({ faults: [{ ...down, status }] }, async () => {
          const answers: number[] = [];
          for (let call = 0; call <= (index * 3) % 5; call += 1)
            answers.push((await viaHttp(dependency.url)).status);
          return answers;
        });
        expect(journal.injected).toHaveLength(result.length);
        return new Set(result);
      }),
    );
    expect(seen).toEqual(statuses.map((status) => new Set([status])));
    expect(Object.getOwnPropertyDescriptor(http.Agent.prototype, 'addRequest')).toEqual(before);
    expect(await viaHttp(dependency.url)).toMatchObject({ status: 200 });
  });

  it('adds the faults of an inner one to those of the outer, the inner first', async () => {
    const { result, journal: outer } = await withFaults(
      { faults: [{ kind: 'dependency.error', host: '127.0.0.1', status: 500 }] },
      async () => {
        const { result: statuses, journal: inner } = await withFaults(
          { faults: [{ ...throttled, error: 'InternalServerError', only: [1] }] },
          async () => [
            (await viaHttp(dependency.url)).status,
            await read().catch((error: unknown) => (error as Error).name),
          ],
        );
        return { statuses, inner };
      },
    );
    expect(result.statuses[0]).toBe(500);
    expect(result.inner.injected).toHaveLength(1);
    expect(outer.injected).toHaveLength(3);
  });

  it('takes everything back, and lets the error through, when the callback throws', async () => {
    const before = Object.getOwnPropertyDescriptor(http.Agent.prototype, 'addRequest');
    const error = new Error('the code under test is wrong');
    const failing = withFaults({ faults: [down], seed: 1234 }, async () => {
      await viaHttp(dependency.url);
      throw error;
    });
    await expect(failing).rejects.toBe(error);
    expect(error.message).toBe('the code under test is wrong');
    expect(error.stack).toContain(
      '[inoculate] injected: f1 dependency.error on GET 127.0.0.1/; repeat with seed: 1234',
    );
    expect(Object.getOwnPropertyDescriptor(http.Agent.prototype, 'addRequest')).toEqual(before);
  });

  it.each(['refused', 'reset'] as const)(
    'makes a dependency unreachable (%s), and tells the truth of it',
    async (how) => {
      const faults: TestFault[] = [{ kind: 'dependency.unreachable', host: '127.0.0.1', how }];
      const codeOf = (error: unknown): unknown => {
        const { code, cause } = error as { code?: string; cause?: { code?: string } };
        return code ?? cause?.code;
      };
      const ways = [
        () => fetch(dependency.url),
        () => viaHttp(dependency.url),
        () => undici.request(dependency.url),
      ];
      const outcomes = await Promise.all(
        ways.map((way) => withFaults({ faults }, () => way().then(() => 'answered', codeOf))),
      );
      const expected = how === 'refused' ? 'ECONNREFUSED' : 'ECONNRESET';
      expect(outcomes.map(({ result }) => result)).toEqual([expected, expected, expected]);
      for (const { journal } of outcomes) expect(journal.injected).toMatchObject([{ unreachable: how }]);
      expect(dependency.seen).toEqual([]);
    },
  );

  it('leaves calls alone that outlive the callback', async () => {
    let late: Promise<unknown> = Promise.resolve();
    const faults: TestFault[] = [{ kind: 'dependency.latency', host: '127.0.0.1', delay: '10m' }];
    await withFaults({ faults }, () => {
      const underWay = viaHttp(dependency.url);
      late = Promise.all([underWay, underWay.then(() => viaHttp(dependency.url))]);
    });
    expect(await late).toMatchObject([{ status: 200 }, { status: 200 }]);
  });

  it('adds up with a wrapped handler, which has faults of its own', async () => {
    const handler = wrap(async () => (await viaHttp(dependency.url)).status, {
      faults: [{ kind: 'invocation.error', name: 'Lost', when: 'after' }],
    });
    const { journal } = await withFaults({ faults: [down] }, () => expect(handler()).rejects.toThrow());
    expect(journal.injected).toHaveLength(1);
    expect(handler.journal.injected).toMatchObject([
      { kind: 'invocation.error', at: 'after', error: { name: 'Lost' } },
    ]);
  });
});
