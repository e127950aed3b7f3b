import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { editorSchema } from '../../../src/cli/editor-schema.ts';
import { isMapping } from '../../../src/core/schema-branch.ts';
import { experimentSchema, workloadSchema } from '../../../src/generated/catalogue.ts';
import { problemsOf, validText, withLines } from './support.ts';

function text(path: string): string {
  return readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
}

function published(name: string): Record<string, unknown> {
  const schema: unknown = JSON.parse(text(`schemas/published/${name}-1.schema.json`));
  if (!isMapping(schema)) throw new Error('a schema is an object');
  return { ...schema };
}

it.each([
  ['experiment', experimentSchema],
  ['workload', workloadSchema],
])(
  'the editor schema of %s is what the CLI carries, whole and without keywords of our own',
  (name, schema) => {
    expect(published(name)).toEqual(editorSchema(`${name}/1`, schema));
    const keywords = JSON.stringify(published(name));
    expect(keywords).not.toMatch(/"(\$ref|unit|placement|tsType|discriminator)":/);
    expect(() =>
      new Ajv2020({ strict: true, strictTypes: false, strictRequired: false }).compile(published(name)),
    ).not.toThrow();
  },
);

it('the editor schema agrees with validate on what a schema can see', () => {
  const validate = new Ajv2020({ strict: false }).compile(published('experiment'));
  const check = (yaml: string): boolean => validate(parse(yaml));
  expect(check(validText)).toBe(true);
  for (const line of ['duration: 600', 'exposre: 10%', 'duration: [10m]'])
    expect(check(withLines({ 22: line }))).toBe(false);
});

it('every file in the reference is valid as it stands there', () => {
  const blocks = [...text('docs/EXPERIMENTS.md').matchAll(/```yaml\n([\s\S]*?)```/g)].map(
    (match) => match[1] ?? '',
  );
  const whole = blocks.filter((block) => block.includes('inoculate:'));
  expect(whole).toHaveLength(2);
  for (const block of whole) expect(problemsOf(block)).toEqual([]);
  // What stands there alone is part of an experiment.
  const parts = blocks.filter((block) => !whole.includes(block));
  expect(parts.map((part) => part.split(':')[0]).sort()).toEqual(Object.keys(experimentsAround));
  for (const part of parts)
    for (const [name, around] of Object.entries(experimentsAround))
      if (part.startsWith(name)) expect(problemsOf(`${around}${part}`)).toEqual([]);
});

/** By the property that is missing. */
const experimentsAround = {
  faults: `inoculate: experiment/1
name: around
hypothesis: What stands in the reference is valid.
targets: { checkout: { lambda: checkout }, worker: { lambda: worker } }
steadyState: [{ name: failures, signal: failures, target: checkout, atMost: 1% }]
exposure: 10%
duration: 10m
`,
  steadyState: `inoculate: experiment/1
name: around
hypothesis: What stands in the reference is valid.
targets: { orders: { table: orders } }
faults: [{ kind: dynamodb.throttle, target: orders, readUnits: 1 }]
duration: 10m
`,
};

it('the reference names every property of an experiment', () => {
  const names = Object.keys(experimentSchema.properties ?? {});
  for (const name of names) expect(text('docs/EXPERIMENTS.md')).toContain(`| \`${name}\` `);
});
