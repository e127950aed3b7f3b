// The library for tests as its users meet it: in the packed package, under their runners, on both versions of Node.
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');
const fixtures = join(root, 'test/package/fixtures/testing');
const node22 = join(root, 'test/runtimes/node_modules/node22/bin/node');
const node24 = process.execPath;
/** Of the project's own packages, those that its tests use. */
const packages = ['@aws-sdk', '@jest', 'axios', 'jest', 'typescript', 'undici', 'vitest'];
const timeoutMs = 120_000;

function run(program: string, args: readonly string[], cwd: string): Promise<string> {
  return new Promise((done, fail) => {
    const ours = Object.entries(process.env).filter(([name]) => !/^(JEST_|NODE_OPTIONS|VITEST)/.test(name));
    const options = { cwd, env: Object.fromEntries(ours), timeout: timeoutMs };
    execFile(program, args, options, (error, stdout, stderr) => {
      if (error === null) done(stdout + stderr);
      else fail(new Error(`${program} ${args.join(' ')} failed:\n${stdout}${stderr}`, { cause: error }));
    });
  });
}

describe('inoculate/testing of the packed package', () => {
  let folder = '';
  let project = '';

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'inoculate-testing-'));
    project = join(folder, 'project');
    const own = join(project, 'node_modules/inoculate');
    mkdirSync(own, { recursive: true });
    // Without scripts: dist/ is built already, and others are reading it now.
    const json = await run(
      'npm',
      ['pack', '--silent', '--ignore-scripts', '--json', '--pack-destination', folder],
      root,
    );
    const [archive] = JSON.parse(json.slice(json.indexOf('['), json.lastIndexOf(']') + 1)) as {
      filename: string;
    }[];
    await run(
      'tar',
      ['-xzf', join(folder, archive?.filename ?? ''), '-C', own, '--strip-components=1'],
      folder,
    );
    for (const name of packages)
      symlinkSync(join(root, 'node_modules', name), join(project, 'node_modules', name));
    cpSync(fixtures, project, { recursive: true });
    writeFileSync(join(project, 'package.json'), '{ "name": "empty", "private": true }\n');
    const config = {
      testMatch: ['**/*.test.*js'],
      moduleFileExtensions: ['js', 'mjs', 'cjs', 'json'],
      transform: {},
    };
    writeFileSync(join(project, 'jest.config.json'), JSON.stringify(config));
  }, timeoutMs);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  describe.each([
    ['Node 22', node22],
    ['Node 24', node24],
  ])('under %s', (_, node) => {
    it(
      'works in jest, from CommonJS',
      async () => {
        const jest = join(root, 'node_modules/jest/bin/jest.js');
        const output = await run(node, [jest, '--ci', 'jest-cjs'], project);
        expect(output).toMatch(/Tests: +10 passed, 10 total/);
      },
      timeoutMs,
    );

    it(
      'works in jest, from ES modules',
      async () => {
        const jest = join(root, 'node_modules/jest/bin/jest.js');
        const output = await run(node, ['--experimental-vm-modules', jest, '--ci', 'jest-esm'], project);
        expect(output).toMatch(/Tests: +10 passed, 10 total/);
      },
      timeoutMs,
    );

    it.each(['forks', 'threads', 'vmForks'])(
      'works in vitest, in its pool %s',
      async (pool) => {
        const vitest = join(root, 'node_modules/vitest/vitest.mjs');
        const output = await run(node, [vitest, 'run', 'vitest.spec', '--pool', pool, '--no-color'], project);
        expect(output).toMatch(/Tests +14 passed \(14\)/);
      },
      timeoutMs,
    );
  });

  it.each([
    ['jest', ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '--ci', 'fails']],
    ['vitest', ['node_modules/vitest/vitest.mjs', 'run', 'fails', '--globals']],
  ])(
    'tells in the output of %s how a failed test is repeated',
    async (_, args) => {
      const output = await run(node24, args, project).catch(String);
      const note =
        '[inoculate] injected: f1 dependency.error on GET prices.example.com/; repeat with seed: 42';
      expect(output.split(note)).toHaveLength(3); // once for each of its two tests
    },
    timeoutMs,
  );

  it.each(['nodenext', 'bundler'])(
    'has types for editors (moduleResolution %s)',
    async (moduleResolution) => {
      const module = moduleResolution === 'bundler' ? 'esnext' : moduleResolution;
      const compilerOptions = {
        strict: true,
        noEmit: true,
        target: 'es2023',
        types: [],
        module,
        moduleResolution,
      };
      writeFileSync(
        join(project, 'tsconfig.json'),
        JSON.stringify({ compilerOptions, files: ['types.mts'] }),
      );
      expect(await run(node24, [join(root, 'node_modules/typescript/bin/tsc'), '-p', '.'], project)).toBe('');
    },
    timeoutMs,
  );
});
