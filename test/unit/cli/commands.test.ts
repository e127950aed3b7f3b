import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from '../../../src/cli/cli.ts';
import { commands } from '../../../src/cli/commands/index.ts';
import { placementOf } from '../../../src/core/placement.ts';
import { exampleOf, parametersOf } from '../../../src/cli/commands/fault-parameters.ts';
import { faultSchemas } from '../../../src/generated/catalogue.ts';
import { problemsOf, recordingContext, validText, withLines } from './support.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'inoculate-cli-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

async function run(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const context = recordingContext(folder);
  const code = await runCli({ version: '0', commands }, argv, context);
  return { code, out: context.out(), err: context.err() };
}

function put(name: string, text: string): void {
  mkdirSync(join(folder, name, '..'), { recursive: true });
  writeFileSync(join(folder, name), text);
}

const workload =
  'inoculate: workload/1\nstreams:\n  - { function: checkout, rate: 20, events: events.json }\n';

describe('validate', () => {
  it('counts what is valid', async () => {
    put('a.yaml', validText);
    put('b.yaml', withLines({ 2: 'name: other' }));
    put('w.yaml', workload);
    put('events.json', '[]');
    expect(await run('validate', 'a.yaml', 'b.yaml', 'w.yaml')).toEqual({
      code: 0,
      out: '2 experiments and 1 workload valid, for stage dev\n',
      err: '',
    });
  });

  it('tells every problem of every file, and ends with 2', async () => {
    put('a.yaml', validText);
    put('b.yaml', withLines({ 21: 'exposure: 60%', 22: 'duration: 600' }));
    put('w.yaml', workload);
    const { code, out, err } = await run('validate', 'a.yaml', 'b.yaml', 'w.yaml', 'none.yaml', '.');
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/^b\.yaml:21:11 error/m);
    expect(err).toMatch(/^b\.yaml:22:11 error/m);
    expect(err).toMatch(/^w\.yaml:3:45 error {2}There is no file "events\.json"/m);
    expect(err).toMatch(/^none\.yaml:1:1 error {2}There is no file "none\.yaml"/m);
    expect(err).toMatch(/"\." is not a file/);
    expect(err).toMatch(/^5 problems in 4 of 5 files$/m);
  });

  it('takes the stage, and refuses one that cannot be', async () => {
    put('a.yaml', validText);
    expect(await run('validate', 'a.yaml', '--stage', 'prod')).toMatchObject({ code: 0, out: /stage prod/ });
    const wrong = await run('validate', 'a.yaml', '-s', 'a b');
    expect(wrong.code).toBe(2);
    expect(wrong.err).toMatch(/"a b" cannot be a stage/);
    const long = await run('validate', 'a.yaml', '-s', 'x'.repeat(60));
    expect(long.err).toMatch(/cannot be the name of a Lambda function/);
  });

  it('speaks JSON', async () => {
    put('a.yaml', validText);
    put('b.yaml', withLines({ 22: 'duration: 600' }));
    const { code, out } = await run('validate', 'a.yaml', 'b.yaml', '--json');
    expect(code).toBe(2);
    expect(JSON.parse(out)).toEqual({
      valid: false,
      files: [
        { file: 'a.yaml', valid: true, kind: 'experiment' },
        {
          file: 'b.yaml',
          valid: false,
          problems: [
            {
              file: 'b.yaml',
              line: 22,
              column: 11,
              length: 3,
              path: 'duration',
              code: 'unit-missing',
              message: '600 of what? "duration" needs its unit',
              found: '600',
              help: 'write 600s or 10m',
            },
          ],
        },
      ],
    });
  });

  it('a file that is too large is refused unread', async () => {
    put('a.yaml', `${validText}#${'x'.repeat(300_000)}`);
    expect((await run('validate', 'a.yaml')).err).toMatch(/larger than 256 KiB/);
  });
});

describe('faults', () => {
  it('lists every kind', async () => {
    const { code, out } = await run('faults');
    expect(code).toBe(0);
    for (const [kind, { title }] of Object.entries(faultSchemas))
      expect(out).toMatch(new RegExp(`${kind} +${title}`));
  });

  it('tells all parameters of one, and suggests where the name is wrong', async () => {
    const { out } = await run('faults', 'dependency.error');
    for (const { name } of parametersOf(faultSchemas['dependency.error']))
      expect(out).toContain(`\n  ${name}`);
    expect(out).toMatch(/target \(required\)/);
    expect(out).toMatch(/Give either service and error, or host and status/);
    const wrong = await run('faults', 'dependency.eror');
    expect(wrong).toMatchObject({ code: 2, out: '' });
    expect(wrong.err).toMatch(/did you mean "dependency\.error"/);
  });

  it('speaks JSON', async () => {
    const { out } = await run('faults', 'invocation.latency', '--json');
    expect(JSON.parse(out)).toMatchObject({
      faults: [
        {
          kind: 'invocation.latency',
          parameters: [
            { name: 'target', required: true },
            { name: 'delay', required: true },
            { name: 'rate', fallback: '100%' },
            { name: 'match', fallback: 'every invocation' },
            { name: 'budget', fallback: 'no such bound' },
            { name: 'stickyBy' },
            {},
            {},
            {},
          ],
        },
      ],
    });
  });

  const inFunction = Object.entries(faultSchemas).filter(([kind]) => placementOf(kind) === 'in-function');
  it.each(inFunction)('the example of %s is valid in an experiment', (kind, schema) => {
    const example = exampleOf(kind, schema).map((line) => `  ${line}`);
    const none = Object.fromEntries(Array.from({ length: 7 }, (_, index) => [index + 11, []]));
    expect(problemsOf(withLines({ ...none, 11: example }))).toEqual([]);
  });
});

describe('init', () => {
  const service =
    'service: shop\nprovider: ${file(../provider.yml)}\nfunctions:\n  checkout: { handler: a.b }\n  pay-2: { handler: !Sub a }\n';

  it.each(Object.keys(faultSchemas))('drafts an experiment with %s that is valid as it is', async (kind) => {
    put('serverless.yml', service);
    const made = await run('init', 'pay-2', '--kind', kind);
    expect(made).toMatchObject({ code: 0, err: '' });
    expect(await run('validate', `experiments/pay-2-${kind.replace('.', '-')}.yaml`)).toMatchObject({
      code: 0,
    });
  });

  it('points editors to a schema beside the experiment', async () => {
    put('serverless.yml', service);
    await run('init', 'checkout');
    const text = readFileSync(join(folder, 'experiments/checkout-dependency-error.yaml'), 'utf8');
    expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=./experiment-1.schema.json');
    const published = new URL('../../../schemas/published/experiment-1.schema.json', import.meta.url);
    const schema = readFileSync(join(folder, 'experiments/experiment-1.schema.json'), 'utf8');
    expect(schema).toBe(readFileSync(published, 'utf8'));
    const settings: unknown = JSON.parse(readFileSync(join(folder, '.vscode/settings.json'), 'utf8'));
    expect(settings).toEqual({
      'yaml.schemas': {
        './experiments/experiment-1.schema.json': ['experiments/*.yaml', 'experiments/*.yml'],
      },
    });
  });

  it('overwrites nothing without --force, and keeps other settings with it', async () => {
    put('serverless.yml', service);
    put('.vscode/settings.json', '{ "editor.tabSize": 2, "yaml.schemas": { "./a.json": "b.yaml" } }');
    const first = await run('init', 'checkout');
    expect(first.out).toMatch(/kept {2}\.vscode\/settings\.json/);
    expect(first.out).toMatch(/add to it: "yaml\.schemas"/);
    put('experiments/checkout-dependency-error.yaml', 'mine');
    const again = await run('init', 'checkout');
    expect(again).toMatchObject({ code: 2, out: '' });
    expect(again.err).toMatch(/is there already/);
    expect(readFileSync(join(folder, 'experiments/checkout-dependency-error.yaml'), 'utf8')).toBe('mine');
    expect(readFileSync(join(folder, '.vscode/settings.json'), 'utf8')).toMatch(/^\{ "editor/);
    expect(await run('init', 'checkout', '--force')).toMatchObject({ code: 0 });
    const settings: unknown = JSON.parse(readFileSync(join(folder, '.vscode/settings.json'), 'utf8'));
    expect(settings).toMatchObject({ 'editor.tabSize': 2, 'yaml.schemas': { './a.json': 'b.yaml' } });
  });

  it('leaves settings with comments alone, whatever is asked', async () => {
    put('serverless.yml', service);
    put('.vscode/settings.json', '{ // mine\n}');
    const { code, err } = await run('init', 'checkout', '--force');
    expect(code).toBe(2);
    expect(err).toMatch(/not plain JSON/);
    expect(readFileSync(join(folder, '.vscode/settings.json'), 'utf8')).toBe('{ // mine\n}');
  });

  it.each([
    ['no serverless.yml', undefined, ['checkout'], /serverless\.yml" cannot be read/],
    ['broken YAML', 'service: [', ['checkout'], /is not YAML/],
    ['no service', 'a: 1', ['checkout'], /has no service name/],
    ['no functions', 'service: shop', ['checkout'], /has no functions/],
    ['an unknown function', service, ['chekout'], /did you mean "checkout"/],
    ['no function named', service, [], /Which function\?\n.*"checkout" or "pay-2"/],
    ['an unknown kind', service, ['checkout', '--kind', 'latency.dependency'], /no kind of fault/],
  ])('%s is told', async (_, text, args, message) => {
    if (text !== undefined) put('serverless.yml', text);
    const { code, err } = await run('init', ...args);
    expect(code).toBe(2);
    expect(err).toMatch(message);
  });

  it('finds functions in included files', async () => {
    put(
      'serverless.yml',
      'service: shop\nfunctions:\n  - ${file(functions/a/function.yml)}\n  - ${file(all.yml):functions.more}\n',
    );
    put('functions/a/function.yml', 'alpha:\n  handler: a.b\n');
    put('all.yml', 'functions:\n  more:\n    beta: { handler: b.c }\n');
    expect((await run('init')).err).toMatch(/"alpha" or "beta"/);
  });
});
