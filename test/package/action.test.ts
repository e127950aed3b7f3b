import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { chmod, cp, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { readXml } from '../support/xml.ts';
import { breaches } from '../unit/report/junit-schema.ts';

const root = resolve(import.meta.dirname, '../..');

interface Action {
  readonly name: string;
  readonly description: string;
  readonly inputs: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly outputs: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly runs: { readonly using: string; readonly steps: readonly Step[] };
}

interface Step {
  readonly id: string;
  readonly shell: string;
  readonly run: string;
  readonly env: Readonly<Record<string, string>>;
  readonly [key: string]: unknown;
}

const source = readFileSync(join(root, 'action.yml'), 'utf8');
const action = parse(source) as Action;
const [step] = action.runs.steps;
if (step === undefined) throw new Error('The action has no step');
const { run: script, env: variables } = step;

/** Keys by GitHub's own schema of actions, src/Runner.Worker/action_yaml.json of actions/runner, and its metadata reference. */
const keys = {
  action: ['name', 'author', 'description', 'branding', 'inputs', 'outputs', 'runs'],
  input: ['description', 'required', 'default', 'deprecationMessage'],
  output: ['description', 'value'],
  runs: ['using', 'steps'],
  runStep: ['name', 'id', 'if', 'run', 'env', 'working-directory', 'shell', 'continue-on-error'],
};
const strangers = (value: object, known: readonly string[]): readonly string[] =>
  Object.keys(value).filter((key) => !known.includes(key));

describe('action.yml', () => {
  it('keeps to GitHub’s schema of composite actions', () => {
    expect(strangers(action, keys.action)).toEqual([]);
    expect([typeof action.name, typeof action.description, action.runs.using]).toEqual([
      'string',
      'string',
      'composite',
    ]);
    expect(strangers(action.runs, keys.runs)).toEqual([]);
    for (const [id, input] of Object.entries(action.inputs)) {
      expect(id).toMatch(/^[a-z_][a-z0-9_-]*$/);
      expect(strangers(input, keys.input)).toEqual([]);
      expect(typeof input['description']).toBe('string');
    }
    for (const [id, output] of Object.entries(action.outputs)) {
      expect(id).toMatch(/^[a-z_][a-z0-9_-]*$/);
      expect(strangers(output, keys.output)).toEqual([]);
      // Composite actions need the value, and this is where it comes from.
      expect(output['value']).toBe(`\${{ steps.${step.id}.outputs.${id} }}`);
    }
    for (const one of action.runs.steps) {
      expect(strangers(one, keys.runStep)).toEqual([]);
      expect([typeof one.run, one.shell]).toEqual(['string', 'bash']);
      expect(Object.values(one.env).every((value) => typeof value === 'string')).toBe(true);
    }
  });

  it('hands every input to the shell as a variable, and none as text of the script', () => {
    expect(script).not.toContain('${{');
    const handed = Object.values(variables).join(' ') + String(step['working-directory']);
    for (const id of Object.keys(action.inputs)) expect(handed).toContain(`\${{ inputs.${id} }}`);
    expect(script).not.toMatch(/set -[a-z]*x|\benv\b *$|printenv|\beval\b/m);
  });

  it('reads only what it is given', () => {
    const used = new Set(
      [...script.matchAll(/\$\{?(INPUT_[A-Z_]+|INOCULATE_[A-Z]+)/g)].map(([, name]) => name),
    );
    for (const name of used) expect(Object.keys(variables)).toContain(name);
  });
});

interface Outcome {
  readonly code: number;
  readonly log: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
}

describe('the action’s step, run by bash as GitHub runs it', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'inoculate-action-'));
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const inProject = (...path: readonly string[]): string => join(folder, 'project', ...path);

  /** A project that has this command installed. */
  async function installed(command: string): Promise<void> {
    const bin = inProject('node_modules/.bin');
    await mkdir(bin, { recursive: true });
    writeFileSync(join(bin, 'inoculate'), command);
    await chmod(join(bin, 'inoculate'), 0o755);
  }

  /** One that says what it was asked, and ends as `code` says. */
  const fake = (code: string): Promise<void> =>
    installed(`#!/bin/bash
      { printf '%s\\n' "$@"; echo --; } >> "$RUNNER_TEMP/asked"
      if [ "$1" = report ]; then mkdir -p "\${@: -1}"; echo '<html>' > "\${@: -1}/report.html"; exit 0; fi
      echo '{"runId":"checkout.manual.abc"}'
      ${code}
    `);

  const asked = (): readonly (readonly string[])[] =>
    readFileSync(join(folder, 'asked'), 'utf8')
      .split('--\n')
      .filter((call) => call !== '')
      .map((call) => call.trimEnd().split('\n'));

  function act(inputs: Readonly<Record<string, string>>): Promise<Outcome> {
    writeFileSync(join(folder, 'script.sh'), script);
    const [output, summary] = [join(folder, 'output'), join(folder, 'summary')];
    for (const file of [output, summary]) writeFileSync(file, '');
    const valueOf = (expression: string): string => {
      const id = /^\$\{\{ inputs\.([\w-]+) \}\}$/.exec(expression)?.[1];
      if (id === undefined) return root;
      const given = inputs[id] ?? action.inputs[id]?.['default'];
      return typeof given === 'string' ? given : '';
    };
    const env = {
      PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter),
      HOME: folder,
      RUNNER_TEMP: folder,
      GITHUB_OUTPUT: output,
      GITHUB_STEP_SUMMARY: summary,
      AWS_SECRET_ACCESS_KEY: 'very-secret',
      ...Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, valueOf(value)])),
    };
    return new Promise((settle, reject) => {
      const args = ['--noprofile', '--norc', '-eo', 'pipefail', join(folder, 'script.sh')];
      execFile('bash', args, { cwd: inProject(), env }, (error, stdout, stderr) => {
        const code = error === null ? 0 : error.code;
        if (typeof code !== 'number') {
          reject(new Error('bash did not end', { cause: error }));
          return;
        }
        const lines = readFileSync(output, 'utf8').trimEnd().split('\n');
        settle({
          code,
          log: stdout + stderr,
          outputs: Object.fromEntries(
            lines.map((line) => line.split(/=(.*)/s).slice(0, 2) as [string, string]),
          ),
          summary: readFileSync(summary, 'utf8'),
        });
      });
    });
  }

  it('runs an experiment on the runner, and shows its verdict', async () => {
    await cp(join(root, 'test/e2e/fixtures'), inProject(), { recursive: true });
    const main = join(root, 'dist/cli/main.mjs');
    await installed(`#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`);
    const { code, outputs, summary, log } = await act({
      mode: 'local',
      files: 'experiments/weakest.yml\n',
      // What it needs of npm lies beside it.
      arguments: [
        ...['--service', join(root, 'test/e2e/fixtures/tiny/serverless.yml')],
        ...['--workload', 'workload-greet.yml', '--duration', '3s', '--warm-up', '1s'],
      ].join('\n'),
    });
    const verdicts: Readonly<Record<string, number>> = { held: 0, deviated: 1, inconclusive: 5 };
    expect([log, verdicts[outputs['verdict'] ?? '']]).toEqual([log, code]);
    expect(outputs['run']).toMatch(/^[a-z-]+\.manual\./);
    expect(outputs['report']).toBe('inoculate-results/weakest/report.html');
    expect(existsSync(inProject(outputs['report'] ?? ''))).toBe(true);
    expect(summary).toMatch(/^### /);
    const junit = readFileSync(inProject('inoculate-results/weakest/junit.xml'), 'utf8');
    expect(breaches(readXml(junit))).toEqual([]);
    expect(log).not.toContain('very-secret');
  }, 120_000);

  it('starts registered experiments on AWS, waits, and fetches the report', async () => {
    await fake('exit 0');
    const { code, outputs } = await act({ experiment: 'checkout', stage: 'prod', region: 'eu-west-1' });
    expect({ code, outputs }).toEqual({
      code: 0,
      outputs: {
        verdict: 'held',
        run: 'checkout.manual.abc',
        report: 'inoculate-results/checkout/report.html',
      },
    });
    const where = ['--stage', 'prod', '--region', 'eu-west-1'];
    expect(asked()).toEqual([
      [
        'start',
        'checkout',
        '--wait',
        ...where,
        '--junit',
        'inoculate-results/checkout/junit.xml',
        '--summary',
        join(folder, 'summary'),
        '--json',
      ],
      ['report', 'checkout.manual.abc', ...where, '--out', 'inoculate-results/checkout'],
    ]);
  });

  it.each([
    [1, 'deviated'],
    [2, 'error'],
    [3, 'refused'],
    [4, 'aborted'],
    [5, 'inconclusive'],
    [70, 'error'],
    [130, 'error'],
  ])('passes exit code %i on, as %s', async (code, verdict) => {
    await fake(`exit ${code}`);
    expect(await act({ experiment: 'checkout' })).toMatchObject({ code, outputs: { verdict } });
  });

  it('puts no further fault in place after one that did not hold', async () => {
    await fake('[ "$2" = second ] && exit 1 || exit 0');
    const { code, outputs } = await act({ experiment: ' first\n\nsecond \nthird\n' });
    expect({ code, verdict: outputs['verdict'] }).toEqual({ code: 1, verdict: 'deviated' });
    expect(
      asked()
        .filter(([command]) => command === 'start')
        .map(([, name]) => name),
    ).toEqual(['first', 'second']);
  });

  it('takes whatever stands in an input as one argument, and never as shell', async () => {
    await fake('exit 0');
    const evil = '$(touch evil); `touch evil` "\' && touch evil';
    const { code } = await act({ files: evil, stage: evil, arguments: `--by\n${evil}` });
    expect(code).toBe(0);
    expect(asked()[0]?.slice(0, 2)).toEqual(['run', evil]);
    expect(asked()[0]).toEqual(expect.arrayContaining(['--by', '--stage', evil]));
    expect(existsSync(inProject('evil'))).toBe(false);
  });

  it.each([
    [{}, 'Name experiments, or files.'],
    [{ mode: 'local' }, 'Name files.'],
    [{ mode: 'local', experiment: 'checkout' }, 'Registered experiments are on AWS'],
    [{ mode: 'both', experiment: 'checkout' }, 'The mode is aws or local.'],
    [{ experiment: 'checkout', version: '1 && touch evil' }, 'The version is one of npm'],
  ])('ends with 2 and says what is missing for %j', async (inputs, message) => {
    await fake('exit 0');
    const { code, log, outputs } = await act(inputs);
    expect({ code, outputs }).toEqual({ code: 2, outputs: { verdict: 'error' } });
    expect(log).toContain(message);
  });

  it('installs the version of the action where the project has none', async () => {
    await mkdir(inProject(), { recursive: true });
    await mkdir(join(folder, 'bin'));
    // In npm's place: where it was to install, it leaves the command.
    const npm = `#!/bin/bash
      echo "$@" > "$RUNNER_TEMP/installed"
      mkdir -p "$3/node_modules/.bin"
      printf '#!/bin/sh\\necho "{}"\\n' > "$3/node_modules/.bin/inoculate"
      chmod +x "$3/node_modules/.bin/inoculate"
    `;
    writeFileSync(join(folder, 'bin/npm'), npm);
    await chmod(join(folder, 'bin/npm'), 0o755);
    const before = process.env['PATH'];
    process.env['PATH'] = [join(folder, 'bin'), before].join(delimiter);
    try {
      // Before the folder of Node itself, which has an npm of its own.
      const { code, log } = await act({ experiment: 'checkout' });
      expect([log, code]).toEqual([log, 0]);
    } finally {
      process.env['PATH'] = before;
    }
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    expect(readFileSync(join(folder, 'installed'), 'utf8')).toContain(`inoculate@${version}`);
  });
});
