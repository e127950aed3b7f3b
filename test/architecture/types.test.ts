import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { node, plant, remove, root, tools } from './overlay.ts';

/** What exists in Node alone, and what the compiler must say of it in pure code. */
const refused = [
  ['src/core/planted-process.ts', 'export const stage = process.env;', 'process'],
  ['src/core/planted-timer.ts', 'export const timer = setTimeout(() => 1, 10);', 'setTimeout'],
  ['src/core/planted-fetch.ts', "export const answer = fetch('');", 'fetch'],
  ['src/core/planted-fs.ts', "export { readFileSync } from 'node:fs';", 'node:fs'],
  ['src/core/planted-console.ts', "export const say = (): void => console.log('');", 'console'],
  ['src/stats/planted-buffer.ts', "export const bytes = Buffer.from('');", 'Buffer'],
] as const;

describe('pure code', () => {
  let copy: string | undefined;
  let output = '';

  beforeAll(async () => {
    copy = await plant(Object.fromEntries(refused.map(([path, text]) => [path, `${text}\n`])));
    ({ stdout: output } = await node(copy, tools.tsc, '--noEmit', '-p', 'src/core/tsconfig.json'));
  });

  afterAll(() => remove(copy));

  it.each(refused)('does not compile in %s: %s', (path, _text, name) => {
    const lines = output.split('\n').filter((line) => line.startsWith(path));
    expect(lines.join('\n')).toContain(`'${name}'`);
  });

  it('compiles as it is', async () => {
    const { stdout, exitCode } = await node(root, tools.tsc, '--noEmit', '-p', 'src/core/tsconfig.json');
    expect(stdout).toBe('');
    expect(exitCode).toBe(0);
  });
});

describe('a kind with a schema', () => {
  let copy: string | undefined;
  let output = '';

  beforeAll(async () => {
    copy = await plant({
      ...(await sibling(
        'schemas/faults/invocation.error.schema.json',
        'invocation.error',
        'invocation.planted',
      )),
      ...(await sibling('schemas/signals/failures.schema.json', 'failures', 'planted')),
    });
    const generated = await node(copy, 'scripts/generate.ts');
    if (generated.exitCode !== 0) throw new Error(generated.stderr);
    ({ stdout: output } = await node(copy, tools.tsc, '--noEmit'));
  });

  afterAll(() => remove(copy));

  it('and no module does not compile: a fault', () => {
    expect(output).toMatch(/^src\/layer\/faults\/index\.ts.*'\.\/invocation\.planted\.ts'/m);
  });

  it('and no module does not compile: a signal', () => {
    expect(output).toMatch(/^src\/signals\/index\.ts.*'\.\/planted\.ts'/m);
  });
});

describe('generated files', () => {
  let copy: string | undefined;

  afterEach(() => remove(copy));

  it('are what the schemas say', async () => {
    const { stderr, exitCode } = await node(root, 'scripts/generate.ts', '--check');
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
  });

  it('are found out of date when a schema has changed', async () => {
    copy = await plant({});
    const path = join(copy, 'schemas/experiment.schema.json');
    const text = await readFile(path, 'utf8');
    expect(text).toContain('"description"');
    await writeFile(path, text.replace('"description": "', '"description": "Planted. '));
    const { stderr, exitCode } = await node(copy, 'scripts/generate.ts', '--check');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('src/generated/types.ts');
  });

  it('are found when they were edited by hand', async () => {
    copy = await plant({ 'src/generated/validate-dose.d.ts': 'export {};\n' });
    const { stderr, exitCode } = await node(copy, 'scripts/generate.ts', '--check');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('src/generated/validate-dose.d.ts');
  });

  it('are found when nothing generates them any more', async () => {
    copy = await plant({ 'src/generated/validate-planted.js': 'export {};\n' });
    const { stderr, exitCode } = await node(copy, 'scripts/generate.ts', '--check');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('src/generated/validate-planted.js');
  });
});

/** The schema of another kind, under a new name. */
async function sibling(path: string, kind: string, name: string): Promise<Record<string, string>> {
  const text = await readFile(join(root, path), 'utf8');
  return { [path.replace(kind, name)]: text.replaceAll(kind, name) };
}
