import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultMaxSandboxes } from '../../src/local/host.ts';
import { eventually, fixtures, fixtureService, Hosts, processesWith, probed } from './support.ts';

const hosts = new Hosts();
afterAll(() => hosts.end());

describe('functions of one service', () => {
  it('call each other with the real SDK, and the helper process at its port', async () => {
    const host = await hosts.start();
    const result = await host.invoke('caller', { payload: { log: 'called' } });
    if (!result.ok) throw new Error(result.errorMessage);
    expect(result.payload).toMatchObject({ status: 200, helper: expect.stringMatching(/^helper on \d+$/) });
    const { payload } = result.payload as { readonly payload: string };
    expect(JSON.parse(payload)).toMatchObject({ arn: expect.stringContaining('fixture-test-probe') });
  });

  it('see the failures of the functions that they call as on AWS', async () => {
    const host = await hosts.start();
    const failed = await host.invoke('caller', { payload: { throw: 'inner' } });
    expect(failed.ok && failed.payload).toMatchObject({ status: 200, error: 'Unhandled' });
    const unknown = await host.invoke('caller', { function: 'nobody' });
    expect(unknown).toMatchObject({ ok: false, errorType: 'ResourceNotFoundException' });
  });
});

describe('the database', () => {
  it('keeps what was written from one host to the next', async () => {
    const stateDir = join(hosts.folder(), 'state');
    const first = await hosts.start({ stateDir });
    expect(await first.invoke('counter', {})).toMatchObject({ ok: true, payload: 1 });
    expect(await first.invoke('counter', {})).toMatchObject({ ok: true, payload: 2 });
    await first.stop();
    const second = await hosts.start({ stateDir });
    expect(await second.invoke('counter', {})).toMatchObject({ ok: true, payload: 3 });
  });
});

describe('logs', () => {
  it('go to one file per function, with the lines of the platform', async () => {
    const logDir = join(hosts.folder(), 'logs');
    const host = await hosts.start({ logDir });
    const { requestId } = await host.invoke('probe', { log: 'one line' });
    await host.stop();
    const text = readFileSync(join(logDir, 'probe.log'), 'utf8');
    expect(text).toContain(`START RequestId: ${requestId} Version: $LATEST\n`);
    expect(text).toMatch(new RegExp(`${requestId}\\tINFO\\tone line\\n`));
    expect(text).toMatch(new RegExp(`REPORT RequestId: ${requestId}\\tDuration: .* ms\\t.*Init Duration: `));
    expect(existsSync(join(logDir, 'caller.log'))).toBe(false);
  });
});

describe('stop', () => {
  it.each(['namespace', 'environment'] as const)(
    'leaves no process behind, busy or idle (%s)',
    async (isolation) => {
      const mark = randomUUID();
      const extraEnvironment = { probe: { MARK: mark }, probe22: { MARK: mark } };
      let started = 0;
      const host = await hosts.start({
        isolation,
        extraEnvironment,
        onLog: (log) => (started += log.line.startsWith('START ') ? 1 : 0),
      });
      await host.invoke('probe22', {});
      const busy = host.invoke('probe', { spin: true });
      await eventually(
        () => started,
        (count) => count === 2,
      );
      expect(processesWith(mark).length).toBeGreaterThanOrEqual(2);
      await host.stop();
      expect(processesWith(mark)).toEqual([]);
      await expect(busy).resolves.toMatchObject({ ok: false, errorType: 'Runtime.ExitError' });
      await expect(host.invoke('probe', {})).rejects.toThrow('The host was stopped.');
    },
  );

  it('ends what a function left running, also in a session of its own', async () => {
    const seconds = String(100_000 + process.pid);
    const host = await hosts.start({ isolation: 'namespace' });
    probed(await host.invoke('probe', { orphan: seconds }));
    expect(processesWith(`sleep ${seconds}`)).toHaveLength(1);
    await host.stop();
    expect(processesWith(`sleep ${seconds}`)).toEqual([]);
  });

  it('can be asked twice', async () => {
    const host = await hosts.start();
    await Promise.all([host.stop(), host.stop()]);
    await host.stop();
    await expect(fetch(host.lambdaEndpoint)).rejects.toThrow();
    await expect(fetch(host.dynamodbEndpoint)).rejects.toThrow();
  });
});

describe('a host that is killed', () => {
  it.each(['namespace', 'environment'])('takes every sandbox and helper with it (%s)', async (isolation) => {
    const mark = randomUUID();
    const stateDir = join(hosts.folder(), mark);
    const args = [join(fixtures, 'host-process.ts'), stateDir, await hosts.runtimeDir(), isolation, mark];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const said = await new Promise<string>((resolve) =>
      child.stdout.setEncoding('utf8').once('data', resolve),
    );
    expect(said).toBe('ready\n');
    // Sandboxes that are idle and in the middle of an invocation, and the helper process.
    expect(processesWith(`MARK=${mark}`).length).toBeGreaterThanOrEqual(3);
    expect(processesWith(`MARK=${mark}`).filter((line) => line.includes('helper.mjs'))).not.toEqual([]);
    child.kill('SIGKILL');
    const left = await eventually(
      () => processesWith(mark),
      (lines) => lines.length === 0,
    );
    expect(left).toEqual([]);
  });
});

describe('a host that cannot start', () => {
  it('says which function does not compile, and leaves nothing open', async () => {
    const service = await fixtureService();
    const probe = service.functions['probe']!;
    const broken = { ...service, functions: { probe: { ...probe, handler: 'functions/nowhere.handler' } } };
    await expect(hosts.start({ service: broken })).rejects.toThrow(
      /^Function probe: handler "functions\/nowhere\.handler" names no file; looked for .*\.ts, /,
    );
  });

  it('says which helper process does not listen, and ends the others', async () => {
    const service = await fixtureService();
    const mark = randomUUID();
    const [helper] = service.processes;
    const marked = { ...helper!, environment: { MARK: mark } };
    const failing = {
      name: 'failing',
      command: ['node', '-e', 'process.exit(4)'],
      portEnv: 'PORT',
      environment: {},
    };
    const start = hosts.start({ service: { ...service, processes: [marked, failing] } });
    await expect(start).rejects.toThrow('The process "failing" did not start: it ended with status 4.');
    expect(processesWith(mark)).toEqual([]);
  });
});

describe('the default cap on sandboxes', () => {
  it.each([
    [2, 24, 32],
    [8, 64, 128],
    [8, 2, 4],
    [1, 1, 4],
  ])('with %i cores and %i GiB is %i', (cores, gibibytes, expected) => {
    expect(defaultMaxSandboxes(cores, gibibytes * 1024 ** 3)).toBe(expected);
  });
});
