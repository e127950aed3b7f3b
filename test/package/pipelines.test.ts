import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { commands } from '../../src/cli/commands/index.ts';
import { parseInput } from '../../src/cli/parse-input.ts';
import { problemsOf } from '../unit/cli/support.ts';

const page = readFileSync('docs/PIPELINES.md', 'utf8');
const files = [...page.matchAll(/```yaml\n(.*?)```/gs)].map(([, text = '']) => text);
const experiments = files.filter((text) => text.startsWith('inoculate:'));
const blocks = files.filter((text) => !experiments.includes(text));
const action = parse(readFileSync('action.yml', 'utf8')) as {
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, unknown>>;
};

/** Every text of a parsed document. */
function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
}

/** Words as a shell has them, without expansions: quotes hold a word together. */
function words(line: string): readonly string[] {
  return [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, bare]) => double ?? single ?? bare ?? '',
  );
}

const inBlocks = blocks.flatMap((block) => textsOf(parse(block)));
const inText = [...page.matchAll(/`(inoculate [^`]+)`/g)].map(([, text = '']) => text);
const lines = [...inBlocks.flatMap((text) => text.split('\n')), ...inText].filter((line) =>
  /^(npx )?inoculate /.test(line),
);

describe('docs/PIPELINES.md', () => {
  it('has complete examples for GitHub, GitLab and CodePipeline', () => {
    expect(blocks).toHaveLength(6);
    for (const block of blocks) expect(parse(block)).toEqual(expect.anything());
    for (const part of ['## GitHub', '## GitLab', '## CodePipeline']) expect(page).toContain(part);
    expect(lines.length).toBeGreaterThan(8);
  });

  it.each(experiments)('has an experiment that is valid as it stands there: %s', (text) => {
    expect(problemsOf(text)).toEqual([]);
  });

  it.each(lines)('has a command line that the command line itself accepts: %s', (line) => {
    const [name, ...argv] = words(line.replace(/^npx /, '')).slice(1);
    const command = commands.find((one) => one.name === name);
    if (command === undefined) throw new Error(`There is no command ${name}`);
    const input = parseInput(command, argv);
    // Files of a run need its end.
    if (name === 'start' && input.value('junit') !== undefined) expect(input.flag('wait')).toBe(true);
  });

  it('uses inputs and outputs that the action has', () => {
    const github = parse(blocks[0] ?? '') as {
      jobs: Record<string, { steps: { uses?: string; with?: object }[] }>;
    };
    const uses = Object.values(github.jobs)
      .flatMap(({ steps }) => steps)
      .filter(({ uses: used }) => used?.includes('/inoculate@') === true);
    expect(uses).toHaveLength(2);
    for (const { with: given = {} } of uses)
      for (const input of Object.keys(given)) expect(Object.keys(action.inputs)).toContain(input);
    for (const [, output] of page.matchAll(/steps\.chaos\.outputs\.(\w+)/g))
      expect(Object.keys(action.outputs)).toContain(output);
  });

  it('names every exit code of the command line', async () => {
    const { exitCodes } = await import('../../src/cli/exit-codes.ts');
    for (const code of Object.values(exitCodes)) expect(page).toMatch(new RegExp(`^\\| ${code} +\\|`, 'm'));
  });
});
