import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { node, root } from './overlay.ts';

interface Lock {
  readonly packages: Readonly<
    Record<
      string,
      { readonly resolved?: string; readonly hasInstallScript?: boolean; readonly name?: string }
    >
  >;
}

async function json<T>(path: string): Promise<T> {
  return JSON.parse(await readFile(join(root, path), 'utf8')) as T;
}

describe('installation', () => {
  it.each(['package-lock.json', 'test/runtimes/package-lock.json'])('%s names no registry', async (path) => {
    const { packages } = await json<Lock>(path);
    const resolved = Object.entries(packages).filter(([, entry]) => entry.resolved !== undefined);
    expect(resolved.map(([name]) => name)).toEqual([]);
    expect(Object.keys(packages).length).toBeGreaterThan(10);
  });

  it('runs no script of a package that nobody has decided on', async () => {
    const { packages } = await json<Lock>('package-lock.json');
    const { allowScripts } = await json<{ allowScripts: Record<string, boolean> }>('package.json');
    const scripted = Object.entries(packages)
      .filter(([, entry]) => entry.hasInstallScript === true)
      .map(([path, entry]) => entry.name ?? path.replace(/^.*node_modules\//, ''));
    expect(new Set(scripted)).toEqual(new Set(Object.keys(allowScripts)));
  });

  it('pins every dependency to a version', async () => {
    type Manifest = Record<'dependencies' | 'devDependencies', Record<string, string>>;
    const { dependencies, devDependencies } = await json<Manifest>('package.json');
    const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(
      ([, version]) => !/^(npm:.+@)?\d+\.\d+\.\d+$/.test(version),
    );
    expect(loose).toEqual([]);
  });

  it('runs npm scripts with the Node of the project', async () => {
    const { devDependencies } = await json<{ devDependencies: Record<string, string> }>('package.json');
    expect(process.version).toBe(`v${devDependencies['node']}`);
  });
});

describe('the last line of a CI run', () => {
  let folder = '';

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'inoculate-summary-'));
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  const clean = {
    numPassedTests: 3,
    numFailedTests: 0,
    numPendingTests: 0,
    numTodoTests: 0,
    numRuntimeErrorTestSuites: 0,
  };

  it.each([
    ['passes when all passed', clean, '3 passed, 0 failed', 0],
    ['fails when a test failed', { ...clean, numFailedTests: 2 }, '3 passed, 2 failed', 1],
    [
      'fails when a suite could not be loaded',
      { ...clean, numRuntimeErrorTestSuites: 1 },
      '3 passed, 1 failed',
      1,
    ],
    ['fails when a test was skipped', { ...clean, numPendingTests: 1 }, '3 passed, 0 failed, 1 skipped', 1],
    ['fails when nothing ran', { ...clean, numPassedTests: 0 }, '0 passed, 0 failed', 1],
  ])('%s', async (_name, results, line, exitCode) => {
    const file = join(folder, 'results.json');
    await writeFile(file, JSON.stringify(results));
    const outcome = await node(root, '.ci/summary.mjs', file);
    expect(outcome.stdout.trimEnd().split('\n').at(-1)).toBe(line);
    expect(outcome.exitCode).toBe(exitCode);
  });

  it('fails when the tests left no results', async () => {
    const outcome = await node(root, '.ci/summary.mjs', join(folder, 'none.json'));
    expect(outcome.stdout.trim()).toBe('0 passed, 1 failed');
    expect(outcome.exitCode).toBe(1);
  });

  it('belongs to the command that the README gives', async () => {
    expect((await readFile(join(root, 'README.md'), 'utf8')).split('\n')).toContain('npm ci && npm test');
  });
});
