import fc from 'fast-check';
import { explain } from '../../../src/cli/input/explain.ts';
import { formatProblems, problemsAsJson } from '../../../src/cli/input/format-problems.ts';
import { resolveUnits } from '../../../src/core/units.ts';
import { experimentSchema, workloadSchema } from '../../../src/generated/catalogue.ts';
import { validateExperiment, validateWorkload } from '../../../src/generated/validate-files.js';
import { read, validText } from './support.ts';

/** Pieces that mean something in YAML or in an experiment. */
const pieces = fc.oneof(
  fc.constantFrom(
    '\t',
    '\n',
    ' ',
    ': ',
    '- ',
    '#',
    ' #',
    '{',
    '}',
    '[',
    ']',
    ',',
    '"',
    "'",
    '*',
    '&',
    '%',
    '!',
    '|',
    '>',
    '?',
    '@',
    '\\',
    '---\n',
    '<<: ',
    '${',
    '\ufeff',
    '\u0000',
    '\r',
    '🙂',
    '0',
    '10m',
    'null',
    'yes',
    'cron: * * * * ? *',
  ),
  fc.string({ unit: 'binary', maxLength: 6 }),
);

const edit = fc.record({ at: fc.nat(validText.length), remove: fc.nat(30), insert: pieces });

it('whatever happens to a valid file, it is valid or has problems at places in it, and nothing is thrown', () => {
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
      let text = validText;
      for (const { at, remove, insert } of edits) text = text.slice(0, at) + insert + text.slice(at + remove);
      const result = read(text);
      if (result.ok) return;
      const lines = text.split('\n');
      expect(result.problems.length).toBeGreaterThan(0);
      for (const { line, column, length, message, help } of result.problems) {
        expect(line).toBeGreaterThanOrEqual(1);
        expect(line).toBeLessThanOrEqual(lines.length);
        expect(column).toBeGreaterThanOrEqual(1);
        expect(column).toBeLessThanOrEqual((lines[line - 1] ?? '').length + 1);
        expect(length).toBeGreaterThanOrEqual(1);
        expect(message).not.toBe('');
        expect(help).toBeDefined();
      }
      formatProblems(result.problems, { color: true });
      JSON.stringify(problemsAsJson(result.problems));
    }),
    { numRuns: 400 },
  );
});

const words = [
  'inoculate',
  'experiment/1',
  'workload/1',
  'name',
  'checkout',
  'hypothesis',
  'targets',
  'lambda',
  'service',
  'function',
  'steadyState',
  'signal',
  'failures',
  'latency',
  'target',
  'p95',
  'atMost',
  'faults',
  'kind',
  'dependency.error',
  'invocation.latency',
  'dynamodb',
  'error',
  'ThrottlingException',
  'host',
  'status',
  'rate',
  '50%',
  'delay',
  'min',
  'max',
  '1s',
  'exposure',
  'duration',
  'schedule',
  'cron',
  'timezone',
  'streams',
  'events',
  'template',
  'exposre',
  '',
] as const;
const word = fc.constantFrom(...words);
const leaf = fc.oneof(
  word,
  fc.integer({ min: -1, max: 700 }),
  fc.double({ noNaN: true }),
  fc.boolean(),
  fc.constant(null),
);
const json = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(word, tie('value'), { maxKeys: 6, noNullPrototype: true }),
  ),
})).value;

/** The valid experiment with something else put in at some depth. */
const authored: unknown = {
  inoculate: 'experiment/1',
  name: 'checkout',
  hypothesis: 'Checkout keeps its promise.',
  targets: { checkout: { lambda: 'shop' }, payment: { service: 'shop', function: 'payment' } },
  steadyState: [
    { name: 'failures', signal: 'failures', target: 'checkout', atMost: '1%', when: ['during'] },
    { name: 'latency', signal: 'latency', target: 'checkout', p95: { atMost: '800ms' } },
  ],
  faults: [
    {
      kind: 'dependency.error',
      target: 'checkout',
      service: 'dynamodb',
      error: 'ThrottlingException',
      rate: '50%',
    },
    { kind: 'invocation.latency', target: 'payment', delay: { min: '100ms', max: '1s' } },
  ],
  exposure: '10%',
  duration: '10m',
  abort: { alarms: ['a', { name: 'b', quiet: true }] },
  schedule: { cron: '0 10 ? * TUE *', timezone: 'Europe/Berlin' },
  triggers: [
    { pattern: { source: ['aws.codedeploy'] }, delay: '5m' },
    { deployed: { codedeploy: { application: 'shop', group: 'live' } }, delay: '5m' },
    { alarmOk: ['a', 'b'] },
    { event: { source: 'shop', type: ['Deployed'], detail: { service: 'checkout' } }, bus: 'shop' },
  ],
  notify: ['sns'],
};

function graft(value: unknown, path: readonly number[], replacement: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined || typeof value !== 'object' || value === null) return replacement;
  const names = Object.keys(value);
  const name = names[step % Math.max(1, names.length)];
  if (name === undefined) return replacement;
  if (Array.isArray(value))
    return value.map((item: unknown, index) =>
      String(index) === name ? graft(item, rest, replacement) : item,
    );
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [key, key === name ? graft(part, rest, replacement) : part]),
  );
}

const grafted = fc
  .record({ path: fc.array(fc.nat(20), { minLength: 1, maxLength: 4 }), replacement: json })
  .map(({ path, replacement }) => graft(authored, path, replacement));

it('the explanations find a mistake exactly where the generated validator refuses a file', () => {
  fc.assert(
    fc.property(fc.oneof(json, grafted), (value) => {
      expect(validateExperiment(authored)).toBe(true);
      // What is out of bounds only is left to the resolution of units, which the validator does not know either.
      expect({ value, problems: explain(experimentSchema, value, []).length > 0 }).toEqual({
        value,
        problems: !validateExperiment(value),
      });
      expect({ value, problems: explain(workloadSchema, value, []).length > 0 }).toEqual({
        value,
        problems: !validateWorkload(value),
      });
    }),
    { numRuns: 1500 },
  );
});

it('units are resolved in anything without being thrown off', () => {
  fc.assert(fc.property(json, (value) => void resolveUnits(experimentSchema, value)));
});
