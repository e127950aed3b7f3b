import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { httpProbe } from '../../../src/adapters/http-probe.ts';

let server: Server | undefined;

afterEach(async () => {
  await new Promise((done) => (server === undefined ? done(null) : server.close(done)));
  server = undefined;
});

async function serve(listener: RequestListener): Promise<string> {
  const started = createServer(listener);
  server = started;
  await new Promise<void>((done) => started.listen(0, '127.0.0.1', done));
  return `http://127.0.0.1:${(started.address() as AddressInfo).port}`;
}

const request = { method: 'GET', headers: {}, readsBody: true } as const;
const { signal } = new AbortController();
const local = httpProbe({ allowLoopback: true });
const inLambda = httpProbe({ allowLoopback: false });

it('asks as it is told, and hands over status and body', async () => {
  const seen: unknown[] = [];
  const url = await serve((incoming, answer) => {
    seen.push([incoming.method, incoming.url, incoming.headers['x-probe']]);
    answer.writeHead(503).end('busy');
  });
  const answer = await local(
    { ...request, url: `${url}/health?deep=1`, headers: { 'x-probe': '1' } },
    signal,
  );
  expect(answer).toEqual({ status: 503, body: 'busy' });
  expect(seen).toEqual([['GET', '/health?deep=1', '1']]);
});

it('follows no redirect', async () => {
  let asked = 0;
  const url = await serve((_incoming, answer) => {
    asked += 1;
    answer.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data/' }).end();
  });
  expect((await local({ ...request, url }, signal)).status).toBe(302);
  expect(asked).toBe(1);
});

it('reads no more of a body than 256 KB, however much is sent', async () => {
  const url = await serve((_incoming, answer) => {
    answer.writeHead(200);
    const more = (): void => {
      while (!answer.destroyed && answer.write('x'.repeat(65_536)));
      if (!answer.destroyed) answer.once('drain', more);
    };
    more();
  });
  const { body } = await local({ ...request, url }, signal);
  expect(body).toHaveLength(256 * 1024);
});

it('gives up when it is told to', async () => {
  const url = await serve(() => undefined);
  const giveUp = new AbortController();
  const asked = local({ ...request, url }, giveUp.signal);
  giveUp.abort();
  await expect(asked).rejects.toMatchObject({ name: 'AbortError' });
});

it.each([
  'http://169.254.169.254/latest/meta-data/',
  'http://2852039166/',
  'http://0xa9fea9fe/',
  'http://[::ffff:169.254.169.254]/',
  'http://[fe80::1]/',
  'http://[fd00:ec2::254]/',
  'http://169.254.170.2/v2/credentials',
])('never asks %s, wherever it runs', async (url) => {
  await expect(local({ ...request, url }, signal)).rejects.toMatchObject({ code: 'forbidden-address' });
});

it.each(['http://127.0.0.1:9001/', 'http://localhost:9001/', 'http://[::1]:9001/', 'http://0.0.0.0:9001/'])(
  'never asks %s from within Lambda, where the runtime itself listens',
  async (url) => {
    await expect(inLambda({ ...request, url }, signal)).rejects.toMatchObject({ code: 'forbidden-address' });
  },
);
