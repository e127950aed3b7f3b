import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { LocalHost } from '../../src/local/types.ts';
import { fixtures, fixtureService, Hosts, probed } from './support.ts';

const hosts = new Hosts();
afterAll(() => hosts.end());
const layerDir = join(fixtures, 'layer');

describe('with namespaces', () => {
  let host: LocalHost;
  beforeAll(async () => {
    host = await hosts.start({ isolation: 'namespace', layerDir });
  });

  it('code, layer and runtime lie where they lie on AWS', async () => {
    const { module, cwd, opt, runtimeDir } = probed(await host.invoke('probe', {}));
    expect(module).toBe('file:///var/task/functions/probe.mjs');
    expect(cwd).toBe('/var/task');
    expect(opt).toEqual(['wrapper']);
    expect(runtimeDir).toBe(true);
  });

  it('the function sees nothing of the machine but its system folders', async () => {
    const { list } = probed(await host.invoke('probe', { list: '/' }));
    expect(list).not.toContain('home');
    expect(list).not.toContain('root');
    expect(list).toEqual(expect.arrayContaining(['opt', 'tmp', 'usr', 'var']));
  });

  it('the code cannot be written, and /tmp can', async () => {
    const refused = await host.invoke('probe', { note: '/var/task/note' });
    expect(refused).toMatchObject({ ok: false, errorMessage: expect.stringContaining('EROFS') });
    expect(probed(await host.invoke('probe', { note: '/tmp/note', list: '/tmp' })).list).toEqual(['note']);
    expect(existsSync('/tmp/note')).toBe(false);
  });

  it('each sandbox has a /tmp of its own', async () => {
    await host.invoke('probe', { note: '/tmp/of-one', exit: 1 });
    expect(probed(await host.invoke('probe', { list: '/tmp' })).list).toEqual([]);
  });
});

describe('without namespaces', () => {
  let host: LocalHost;
  beforeAll(async () => {
    host = await hosts.start({ isolation: 'environment', layerDir });
  });

  it('says so', () => {
    expect(host.runtime.isolation).toBe('environment');
    expect(host.runtime.notes.join(' ')).toContain('LAMBDA_TASK_ROOT');
  });

  it('the environment names the real folders', async () => {
    const { module, cwd, env } = probed(await host.invoke('probe', {}));
    expect(env['LAMBDA_TASK_ROOT']).toBe(cwd);
    expect(module).toBe(`file://${cwd}/functions/probe.mjs`);
    expect(env['AWS_LAMBDA_EXEC_WRAPPER']).toBe(join(layerDir, 'inoculate/wrapper'));
    expect(env['WRAPPED_BY_LAYER']).toBe(join(layerDir, 'inoculate/wrapper'));
  });

  it('each sandbox has a temporary folder of its own, which goes with it', async () => {
    const { env } = probed(await host.invoke('probe', {}));
    const temporary = env['TMPDIR'] ?? '';
    expect(existsSync(temporary)).toBe(true);
    await host.invoke('probe', { exit: 1 });
    expect(existsSync(temporary)).toBe(false);
  });
});

describe('the layer', () => {
  it('runs first, and is told of the table and the database', async () => {
    const host = await hosts.start({ layerDir });
    const { env } = probed(await host.invoke('probe', {}));
    expect(env).toMatchObject({
      AWS_LAMBDA_EXEC_WRAPPER: '/opt/inoculate/wrapper',
      WRAPPED_BY_LAYER: '/opt/inoculate/wrapper',
      INOCULATE_TABLE: 'inoculate-functions',
      INOCULATE_DYNAMODB_ENDPOINT: host.dynamodbEndpoint,
    });
  });

  it('hands on to the wrapper that the function had before', async () => {
    const extraEnvironment = { probe: { AWS_LAMBDA_EXEC_WRAPPER: '/opt/own-wrapper' } };
    const host = await hosts.start({ layerDir, extraEnvironment });
    const { env } = probed(await host.invoke('probe', {}));
    expect(env).toMatchObject({
      WRAPPED_BY_LAYER: '/opt/inoculate/wrapper',
      INOCULATE_EXEC_WRAPPER: '/opt/own-wrapper',
      WRAPPED_BY_OWN: 'yes',
    });
  });

  it('that is not built keeps the host from starting, with what to do', async () => {
    const start = hosts.start({ layerDir: join(fixtures, 'no-layer') });
    await expect(start).rejects.toThrow(/inoculate\/wrapper is not there\. Run "npm run build"/);
  });
});

describe('a service that bundles nothing', () => {
  it('runs as it lies there: CommonJS with require, and nested exports', async () => {
    const host = await hosts.start({ service: await fixtureService('plain') });
    const commonjs = await host.invoke('commonjs', {});
    const nested = await host.invoke('nested', {});
    expect(commonjs.ok && commonjs.payload).toEqual({
      name: 'required',
      module: '/var/task/lib/commonjs.cjs',
    });
    expect(nested.ok && nested.payload).toEqual({ module: 'file:///var/task/lib/esm.mjs' });
  });
});

describe('a package that stays out of the bundle', () => {
  it.each(['namespace', 'environment'] as const)('is found beside it (%s)', async (isolation) => {
    const host = await hosts.start({ service: await fixtureService('external'), isolation });
    const result = await host.invoke('ask', {});
    expect(result).toMatchObject({
      ok: true,
      payload: { major: 4, from: expect.stringContaining('node_modules/semver/') },
    });
  });
});
