import { formatProblems } from '../../../src/cli/input/format-problems.ts';
import { decode } from '../../../src/cli/input/source.ts';
import { placesOf, problemsOf, read, validText } from './support.ts';

const bomb = `a: &a [x, x, x, x, x, x, x, x, x]
b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]
c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b]
d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c]
e: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d]
f: [*e, *e, *e, *e, *e, *e, *e, *e, *e]
`;

it('an alias bomb is refused, not expanded', () => {
  expect(placesOf(bomb).some((place) => place.endsWith('alias-bomb'))).toBe(true);
});

it('an alias that contains itself is refused', () => {
  expect(placesOf(`${validText}x: &a [*a]\n`)).toContain('26:8 bad-alias');
});

it.each([
  ['brackets', '['.repeat(100_000)],
  ['braces', '{a: '.repeat(50_000)],
  ['dashes', '- '.repeat(100_000)],
  ['indentation', Array.from({ length: 400 }, (_, depth) => `${' '.repeat(depth)}a:\n`).join('')],
])('nesting without end is refused: %s', (_, text) => {
  expect(placesOf(text)).toEqual(['1:1 too-complex']);
});

it('what is quoted already is not told to need quotes, whatever else is wrong', () => {
  expect(placesOf(validText.replace('[GetItem, Query]', '&GetItem, Query]'))).toEqual(['14:25 yaml-syntax']);
  const torn = validText.replace('target: checkout, p95', 'target: c{');
  expect(placesOf(torn).filter((place) => place.endsWith('yaml-variable'))).toEqual([]);
});

it('very many properties are refused in bounded time', () => {
  const text = Array.from({ length: 40_000 }, (_, index) => `k${index}: 1\n`).join('');
  expect(placesOf(text)).toEqual(['1:1 too-complex']);
});

it('a property called __proto__ is a property like any other: unknown, and without effect', () => {
  const problems = problemsOf(`${validText}__proto__: { exposure: 50%, polluted: true }\n`);
  expect(problems.map(({ path, code }) => `${path} ${code}`)).toEqual(['__proto__ unknown-property']);
  expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  expect(placesOf(`${validText}constructor: 1\n`)).toEqual(['26:1 unknown-property']);
});

it('names that would change how values are compared are refused before anything is compared', () => {
  const alarms = 'abort: { alarms: [{ valueOf: 1 }, { toString: 2 }] }';
  const places = placesOf(validText.replace(/^abort:.*$/m, alarms));
  expect(places.filter((place) => place.endsWith('bad-name'))).toEqual(['23:21 bad-name', '23:37 bad-name']);
});

it('a target called __proto__ or constructor refers to nothing of JavaScript', () => {
  const text = validText.replaceAll('target: payment', 'target: constructor');
  expect(problemsOf(text).map(({ code }) => code)).toEqual(['unknown-target']);
});

it.each([
  ['an empty file', '', ['1:1 empty-file']],
  ['only comments', '# nothing\n', ['1:1 empty-file']],
  ['a list', '- a\n- b\n', ['1:1 not-a-mapping']],
  ['a word', 'experiment', ['1:1 not-a-mapping']],
  ['a number', '42', ['1:1 not-a-mapping']],
  ['several documents', `${validText}---\na: 1\n`, ['26:1 several-documents']],
  ['a name that is a mapping', `? { a: b }\n: 1\n${validText}`, ['1:3 bad-name']],
])('%s is told', (_, text, places) => {
  expect(placesOf(text)).toEqual(places);
});

it('a byte order mark and Windows line ends change nothing', () => {
  const bytes = new TextEncoder().encode(`\ufeff${validText.replaceAll('\n', '\r\n')}`);
  const decoded = decode(bytes, 'x.yaml');
  expect(decoded.ok && problemsOf(decoded.source.text)).toEqual([]);
  const wrong = problemsOf(validText.replace('10m', '600').replaceAll('\n', '\r\n'));
  expect(wrong.map(({ line, column, source }) => [line, column, source])).toEqual([
    [22, 11, 'duration: 600'],
  ]);
});

it('text that is not UTF-8 is refused with its reason', () => {
  expect(decode(new Uint8Array([0xff, 0xfe, 0x61, 0]), 'x')).toMatchObject({ ok: false, code: 'encoding' });
  expect(decode(new Uint8Array([0x61, 0xc3, 0x28]), 'x')).toMatchObject({ ok: false, code: 'encoding' });
});

it('JSON is read, and its comments are told once and passed over', () => {
  const result = read(validText);
  expect(result.ok).toBe(true);
  const json = `{
  // a first look
  "inoculate": "experiment/1", /* the
  format */ "name": "a//b",
  "hypothesis": "see https://example.com/x: it holds",
  "targets": { "checkout": { "lambda": "shop" } },
  "steadyState": [{ "name": "failures", "signal": "failures", "target": "checkout" }],
  "faults": [{ "kind": "invocation.error", "target": "checkout" }],
  "exposure": "10%", "duration": "10m"
}`;
  expect(placesOf(json)).toEqual(['2:3 json-comment', '4:21 wrong-form']);
});

it('what a file says cannot steer the terminal', () => {
  const text = validText.replace('name: checkout-survives', 'name: "\\e[2J\u009b31m\u202e"');
  const told = formatProblems(problemsOf(text), { color: false });
  expect(told).toContain('not a valid name');
  expect(told).not.toMatch(/[\u001b\u009b\u202e]/);
});

it('a very long line is shown around the mistake only', () => {
  const text = validText.replace('exposure: 10%', `exposure: ${' '.repeat(5000)}ten`);
  const told = formatProblems(problemsOf(text), { color: false });
  expect(told).toContain('^^^');
  expect(Math.max(...told.split('\n').map((line) => line.length))).toBeLessThan(200);
});
