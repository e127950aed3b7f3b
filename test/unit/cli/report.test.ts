import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AwsClients } from '../../../src/aws/clients.ts';
import { report } from '../../../src/controller/report.ts';
import { recordOf } from '../../../src/controller/run-record.ts';
import { renderGameDayHtml } from '../../../src/report/gameday/html.ts';
import { sessionJson } from '../../../src/report/gameday/report.ts';
import { sessions } from '../report/support/sessions.ts';
import { cli, recorded, shown } from './aws-support.ts';

const bucket = 'inoculate-prod-reports-123456789012-eu-central-1';
const id = 'checkout-survives.manual.0123456789ab';

interface Refusal {
  readonly status: number;
  readonly code: string;
}

/** S3 over HTTP with these objects, or with one answer to everything. */
async function s3(objects: Readonly<Record<string, string>>, refusal?: Refusal): Promise<http.Server> {
  const server = http.createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '', 'http://s3').pathname);
    const text = path.startsWith(`/${bucket}/`) ? objects[path.slice(bucket.length + 2)] : undefined;
    if (refusal === undefined && text !== undefined) response.end(text);
    else {
      const { status, code } = refusal ?? { status: 404, code: 'NoSuchKey' };
      response.statusCode = status;
      response.end(`<Error><Code>${code}</Code><Message>${code}, says S3</Message></Error>`);
    }
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return server;
}

describe('report', () => {
  let folder: string;
  const servers: http.Server[] = [];
  const deviated = recorded('deviated');
  const run = { ...deviated.run, id };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'inoculate-report-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });

  async function clients(objects: Readonly<Record<string, string>>, refusal?: Refusal): Promise<AwsClients> {
    const server = await s3(objects, refusal);
    servers.push(server);
    return new AwsClients({
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      region: 'eu-central-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 1,
    });
  }

  /** As the controller writes them. */
  async function written(): Promise<Record<string, string>> {
    const objects: Record<string, string> = {};
    await report(
      {
        store: {
          loadRun: () => Promise.resolve({ run, version: 1, killSwitch: { on: false, generation: 0 } }),
          readJournal: () => Promise.resolve(deviated.journal),
        },
        sessions: { loadSession: () => Promise.resolve(undefined) },
        write: (key, text) => Promise.resolve(void (objects[key] = text)),
        version: '1',
      },
      { run: id },
    );
    return objects;
  }

  const file = (...path: readonly string[]): string => readFileSync(join(folder, ...path), 'utf8');

  it('gets what the controller has stored, byte for byte, and asks for nothing else', async () => {
    const objects = await written();
    const { code, out, err, sent } = await cli(
      ['report', id, '--stage', 'prod', '--out', 'out'],
      {},
      { cwd: folder, aws: await clients(objects) },
    );
    expect({ code, err, sent }).toEqual({ code: 0, err: '', sent: [] });
    expect(out).toMatch(/^Deviated: [^]*\nreport: .*out\/report\.html\n$/);
    expect(file('out', 'report.html')).toBe(objects[`runs/${id}/report.html`]);
    expect(file('out', 'report.md')).toBe(objects[`runs/${id}/report.md`]);
  });

  it('leaves a folder from which the report can be made again', async () => {
    const aws = await clients(await written());
    await cli(['report', id, '--stage', 'prod', '--out', 'out'], {}, { cwd: folder, aws });
    const before = file('out', 'report.html');
    const { code } = await cli(['report', './out'], {}, { cwd: folder });
    expect(code).toBe(0);
    expect(file('out', 'report.html')).toBe(before);
  });

  it.each([
    ['has none', undefined],
    ['may not be read', { status: 403, code: 'AccessDenied' }],
  ])('makes it from the stored run where the bucket %s, and says so', async (_, refusal) => {
    const { code, err } = await cli(
      ['report', id, '--stage', 'prod'],
      { 'show/1': shown({ run, journal: deviated.journal }) },
      { cwd: folder, aws: await clients({}, refusal) },
    );
    expect({ code, err }).toEqual({ code: 0, err: expect.stringContaining('made from what is stored') });
    expect(file('.inoculate', id, 'report.html')).toContain('Deviated');
  });

  it('tells any other failure of S3, and makes nothing up', async () => {
    const refusal = { status: 503, code: 'SlowDown' };
    const { code, err } = await cli(
      ['report', id, '--stage', 'prod'],
      {},
      { cwd: folder, aws: await clients({}, refusal) },
    );
    expect({ code, err }).toEqual({ code: 70, err: expect.stringContaining('SlowDown, says S3') });
    expect(existsSync(join(folder, '.inoculate'))).toBe(false);
  });

  it('gets the report of a session, with its figures for tools', async () => {
    const record = sessions.mixed;
    const session = record.session.id;
    const objects = {
      [`gamedays/${session}/report.html`]: renderGameDayHtml(record),
      [`gamedays/${session}/report.md`]: 'x',
      [`gamedays/${session}/session.json`]: sessionJson(record),
    };
    const { code, out } = await cli(
      ['report', session, '--stage', 'prod', '--json', '--out', 'day'],
      {},
      { cwd: folder, aws: await clients(objects) },
    );
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      session,
      from: 'bucket',
      sentence: expect.stringMatching(/^Of 6/),
    });
    expect(JSON.parse(file('day', 'session.json'))).toMatchObject({ schemaVersion: 1, session });
  });

  it('makes that of a session from what is stored where the bucket has none, without runs that are gone', async () => {
    const { session, runs } = sessions.mixed;
    const byId = new Map(runs.map((record) => [record.run.id, record]));
    const { code, out, err } = await cli(
      ['report', session.id, '--stage', 'prod', '--out', 'day'],
      {
        'session/1': { result: 'session', session },
        'show/1': (message: { run: string; after?: number }) => {
          const record = message.run.startsWith('payment') ? undefined : byId.get(message.run);
          return record === undefined ? { result: 'unknown-run', run: message.run } : shown(record)(message);
        },
      },
      { cwd: folder, aws: await clients({}) },
    );
    expect(code).toBe(0);
    expect(out).toMatch(/^Of 6 experiments/);
    expect(err).toContain('made from what is stored');
    expect(file('day', 'report.html')).toContain('not known any more');
  });

  it('ends with 2 for a session that there is not', async () => {
    const { code, err } = await cli(
      ['report', 'a.session.b', '--stage', 'prod'],
      { 'session/1': { result: 'unknown-session', session: 'a.session.b' } },
      { cwd: folder, aws: await clients({}) },
    );
    expect({ code, err }).toEqual({
      code: 2,
      err: expect.stringContaining('There is no session a.session.b'),
    });
  });

  it('is the same, whether the controller or the command line makes it', async () => {
    const objects = await written();
    const record = JSON.parse(objects[`runs/${id}/run.json`] ?? '') as unknown;
    expect(record).toEqual(JSON.parse(JSON.stringify(recordOf(run, deviated.journal, '1'))));
  });
});
