import { execFile } from 'node:child_process';
import { lstatSync, readdirSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');
const largestInstallBytes = 60_000_000;
const installTimeoutMs = 240_000;
const compilers = ['cc', 'c++', 'gcc', 'g++', 'clang', 'clang++', 'make', 'cmake', 'ninja', 'node-gyp'];

interface Result {
  readonly exitCode: number;
  readonly output: string;
}

function run(
  program: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env?: NodeJS.ProcessEnv },
): Promise<Result> {
  return new Promise((settle, reject) => {
    execFile(program, args, { ...options, timeout: installTimeoutMs }, (error, stdout, stderr) => {
      const exitCode = error === null ? 0 : error.code;
      if (typeof exitCode === 'number') settle({ exitCode, output: stdout + stderr });
      else reject(new Error(`${program} ${args.join(' ')} did not run to its end`, { cause: error }));
    });
  });
}

async function succeed(...call: Parameters<typeof run>): Promise<string> {
  const { exitCode, output } = await run(...call);
  if (exitCode !== 0) throw new Error(`${call[0]} ${call[1].join(' ')} ended with ${exitCode}:\n${output}`);
  return output;
}

/** Nothing of the test's own surroundings: npm would take the settings of the run that it was started from. */
function userEnvironment(path: string): NodeJS.ProcessEnv {
  const ours = Object.entries(process.env).filter(
    ([name]) =>
      !/^(npm_(?!config_(registry|cafile|cache|proxy|https_proxy))|NODE_OPTIONS|JEST_|INIT_CWD)/i.test(name),
  );
  return { ...Object.fromEntries(ours), PATH: path };
}

/** Compilers that only leave a note that they were asked for. */
async function stubCompilers(folder: string, log: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of compilers) {
    await writeFile(join(folder, name), `#!/bin/sh\necho "$0 $*" >> '${log}'\nexit 1\n`);
    await chmod(join(folder, name), 0o755);
  }
}

function bytesBelow(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => lstatSync(join(folder, name)))
    .reduce((sum, entry) => sum + (entry.isFile() ? entry.size : 0), 0);
}

describe('the package, installed into an empty project', () => {
  let folder = '';
  let project = '';
  let packed: readonly string[] = [];
  let compilerLog = '';
  let env: NodeJS.ProcessEnv = {};

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'inoculate-package-'));
    project = join(folder, 'project');
    compilerLog = join(folder, 'compilers.log');
    const stubs = join(folder, 'stubs');
    await stubCompilers(stubs, compilerLog);
    env = userEnvironment([stubs, dirname(process.execPath), process.env['PATH']].join(delimiter));
    // Without scripts: dist/ is built already, and others are reading it now.
    const flags = ['--ignore-scripts', '--json', '--pack-destination', folder];
    const json = await succeed('npm', ['pack', '--silent', ...flags], { cwd: root, env });
    const [archive] = JSON.parse(json) as { filename: string; files: { path: string }[] }[];
    if (archive === undefined) throw new Error(`npm pack packed nothing: ${json}`);
    packed = archive.files.map(({ path }) => path);
    await mkdir(project);
    await writeFile(join(project, 'package.json'), '{ "name": "empty", "private": true }\n');
    await succeed('npm', ['install', '--no-audit', '--no-fund', join(folder, archive.filename)], {
      cwd: project,
      env,
    });
  }, installTimeoutMs);

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('holds the command line, the layer, the runtime, the plugin, the schemas and the licences', () => {
    expect(packed).toEqual(
      expect.arrayContaining([
        'package.json',
        'README.md',
        'LICENSE',
        'NOTICE',
        'CHANGELOG.md',
        'dist/THIRD-PARTY-LICENSES.txt',
        'dist/cli/main.mjs',
        'dist/layer/inoculate/wrapper',
        'dist/serverless/plugin.cjs',
        'dist/layer/inoculate/handler.mjs',
        'dist/runtime/aws-lambda-ric/index.mjs',
        'dist/runtime/aws-lambda-ric/LICENSE',
        'schemas/published/experiment-1.schema.json',
      ]),
    );
  });

  it('holds nothing that only the project itself needs', () => {
    const expected = /^(dist|schemas)\/|^(package\.json|README\.md|LICENSE|NOTICE|CHANGELOG\.md)$/;
    expect(packed.filter((path) => !expected.test(path))).toEqual([]);
    expect(packed.filter((path) => /\.test\.|\.map$|test-results/.test(path))).toEqual([]);
  });

  it('says nothing of the machine that it was built on', async () => {
    const texts = packed.filter((path) => /\.(mjs|cjs|js|json|txt|sh)$/.test(path));
    const telling: string[] = [];
    for (const path of texts) {
      if ((await readFile(join(root, path), 'utf8')).includes(root)) telling.push(path);
    }
    expect(telling).toEqual([]);
  });

  it('needs no compiler', async () => {
    const asked = await readFile(compilerLog, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    expect(asked).toBe('');
  });

  it(`takes at most ${largestInstallBytes / 1_000_000} MB`, () => {
    const bytes = bytesBelow(join(project, 'node_modules'));
    expect(bytes).toBeGreaterThan(1_000_000);
    expect(bytes).toBeLessThanOrEqual(largestInstallBytes);
  });

  it('answers npx inoculate --help and --version', async () => {
    const help = await succeed('npx', ['--no-install', 'inoculate', '--help'], { cwd: project, env });
    expect(help).toContain('inoculate');
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
    const told = await succeed('npx', ['--no-install', 'inoculate', '--version'], { cwd: project, env });
    expect(told).toContain(version);
  });

  it('lets a serverless.yml of the project name the plugin, which needs nothing else', async () => {
    const probe = `
      const { existsSync } = require('node:fs');
      const Plugin = require('inoculate/serverless');
      const layer = require('node:path').resolve(require.resolve('inoculate/serverless'), '../../layer');
      console.log(typeof Plugin, Plugin.name, existsSync(layer + '/inoculate/wrapper'));`;
    const output = await succeed(process.execPath, ['--input-type=commonjs', '--eval', probe], {
      cwd: project,
      env,
    });
    expect(output.trim()).toBe('function InoculatePlugin true');
    const { size } = lstatSync(join(project, 'node_modules/inoculate/dist/serverless/plugin.cjs'));
    expect(size).toBeLessThan(40_000);
  });

  it('says what to install where settings name holidays, whose dates have a licence of their own', async () => {
    const settings = ['inoculate: settings/1', 'holidays:', '  - { country: DE }', ''].join('\n');
    await writeFile(join(project, 'settings.yml'), settings);
    const args = ['--no-install', 'inoculate', 'validate', 'settings.yml'];
    const { exitCode, output } = await run('npx', args, { cwd: project, env });
    expect({ exitCode, output }).toEqual({
      exitCode: 2,
      output: expect.stringMatching(/settings\.yml:3:\d+ error[^]*npm install --save-dev date-holidays/),
    });
  });

  it('finds the embedded DynamoDB and the bundler beside it', async () => {
    const probe = "await import('dynalite'); await import('esbuild'); console.log('found both')";
    const output = await succeed(process.execPath, ['--input-type=module', '--eval', probe], {
      cwd: project,
      env,
    });
    expect(output).toContain('found both');
  });

  it('runs under the oldest Node that it names', async () => {
    const node22 = join(root, 'test/runtimes/node_modules/node22/bin/node');
    const main = join(project, 'node_modules/inoculate/dist/cli/main.mjs');
    expect(await succeed(node22, ['--version'], { cwd: project, env })).toMatch(/^v22\./);
    expect(await succeed(node22, [main, '--help'], { cwd: project, env })).toContain('inoculate');
  });
});
