import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { isPath, parsePath, pathOf, pathProblem } from '../../../src/layer/event/path.ts';
import { EventReader } from '../../../src/layer/event/read.ts';

function read(event: unknown, path: string): readonly unknown[] {
  return new EventReader(event).valuesAt(pathOf(path));
}

test.each<[string, unknown, string, readonly unknown[]]>([
  ['a key', { a: 1 }, 'a', [1]],
  ['keys in one another', { detail: { amount: 5 } }, 'detail.amount', [5]],
  ['a key with a hyphen', { headers: { 'x-canary': 'yes' } }, 'headers.x-canary', ['yes']],
  ['a quoted key', { requestContext: { 'http.method': 'GET' } }, 'requestContext["http.method"]', ['GET']],
  ['a key in single quotes', { a: { 'b c': 1 } }, "a['b c']", [1]],
  ['a quoted key with a quote in it', { 'a"b': 1 }, '["a\\"b"]', [1]],
  ['a place in a list', { Records: [{ n: 1 }, { n: 2 }] }, 'Records[1].n', [2]],
  ['every place of a list', { Records: [{ n: 1 }, {}, { n: 3 }] }, 'Records[*].n', [1, 3]],
  ['lists in lists', { a: [[1, 2], [3]] }, 'a[*][*]', [1, 2, 3]],
  ['null is a value', { a: null }, 'a', [null]],
  ['a place beyond the end', { a: [1] }, 'a[1]', []],
  ['a missing key', { a: 1 }, 'b.c', []],
  ['a key of a number', { a: 1 }, 'a.b', []],
  ['a key of a list', { a: [{ b: 1 }] }, 'a.b', []],
  ['the length of a list', { a: [1] }, 'a.length', []],
  ['a place in an object', { a: { 0: 'x' } }, 'a[0]', []],
  ['JSON in text', { body: '{"type":"order"}' }, 'body.type', ['order']],
  ['JSON in JSON', { body: JSON.stringify({ Message: '{"a":[7]}' }) }, 'body.Message.a[0]', [7]],
  ['a list in text', { body: ' [{"n":4}]' }, 'body[*].n', [4]],
  ['text that is no JSON', { body: '{"type":' }, 'body.type', []],
  ['text that is a number', { body: '5' }, 'body.a', []],
  ['text that no step goes into stays text', { body: '{"a":1}' }, 'body', ['{"a":1}']],
  ['an encoded body', { isBase64Encoded: true, body: 'eyJhIjoxfQ==' }, 'body.a', [1]],
  ['a body that only looks encoded', { isBase64Encoded: false, body: 'eyJhIjoxfQ==' }, 'body.a', []],
  ['the case of a header is the client’s', { headers: { 'X-Canary': 'yes' } }, 'headers.x-canary', ['yes']],
  ['the case of any other key matters', { detail: { Amount: 1 } }, 'detail.amount', []],
])('reads %s', (_, event, path, expected) => {
  expect(read(event, path)).toEqual(expected);
});

test.each([
  ['detail.', 'it ends with a dot', 'a key after the dot'],
  ['.detail', 'it begins with a dot', 'a key first, such as detail.amount'],
  ['Records.*', 'a * stands alone (at character 8)', '[*] for every record of a list'],
  ['Records[', '"[" is no step (at character 8)', '[0] for the first one'],
  ['Records[-1]', '"[-1]" is no step', '["a key"] in quotes'],
  ['Records[a]', '"[a]" is no step', '["a key"] in quotes'],
  ['a b', '" b" cannot be read (at character 2)', 'any other key in brackets and quotes'],
  ['$..a', 'cannot be read', 'letters, digits'],
  ['a["\\x"]', 'is not rightly quoted', 'as in JSON'],
  ['', 'the path is empty', 'a path such as detail.amount'],
  [`a${'.a'.repeat(20)}`, 'goes 21 steps deep', 'at most 20 steps'],
  ['a'.repeat(257), 'has 257 characters', 'at most 256'],
])('%p is no path, and it is said why', (path, problem, expected) => {
  const found = pathProblem(path);
  expect(found?.problem).toContain(problem);
  expect(found?.expected).toContain(expected);
  expect(() => pathOf(path)).toThrow('is no path');
});

test.each([
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '__proto__.polluted',
  'a.constructor.name',
])('what %s inherits is never reached', (path) => {
  expect(read({ a: {}, Records: [{}] }, path)).toEqual([]);
  expect(read({ a: [], Records: 'text' }, path)).toEqual([]);
});

test('an own property is read, whatever it is called', () => {
  expect(read(JSON.parse('{"__proto__":{"a":1}}'), '__proto__.a')).toEqual([1]);
});

test('no event makes it throw, not one that refuses to be looked at', () => {
  const refuse = (): never => {
    throw new Error('no');
  };
  const proxy: unknown = new Proxy(
    {},
    { get: refuse, has: refuse, getOwnPropertyDescriptor: refuse, ownKeys: refuse },
  );
  const getter = Object.defineProperty({}, 'a', { get: refuse, enumerable: true });
  for (const event of [
    proxy,
    getter,
    { a: proxy },
    { headers: proxy },
    null,
    undefined,
    5n,
    Symbol('s'),
    () => 1,
  ]) {
    for (const path of ['a', 'a.b', 'headers.x', 'a[*]', 'Records[*].a']) {
      expect(() => read(event, path)).not.toThrow();
    }
  }
});

test('a list of lists is not multiplied without end', () => {
  const list = Array.from({ length: 300 }, () => Array.from({ length: 300 }, () => [1, 2, 3]));
  expect(read({ a: list }, 'a[*][*][*]').length).toBeLessThanOrEqual(10_000);
});

test('any text either is a path or is told what would be one, and reads anything without throwing', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'ab.[]*"\'0 -\\') }), fc.jsonValue(), (text, event) => {
      const parsed = parsePath(text);
      if (isPath(parsed)) expect(new EventReader(event).valuesAt(parsed)).toBeInstanceOf(Array);
      else expect(parsed.expected).not.toBe('');
    }),
  );
});

test('whatever stands in an event can be reached, its keys in quotes', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.jsonValue(), fc.nat(5), (key, inner, value, index) => {
      const list = [...Array.from({ length: index }, () => ({})), { [inner]: value }];
      const path = `[${JSON.stringify(key)}][${index}][${JSON.stringify(inner)}]`;
      const event = Object.fromEntries([[key, list]]);
      if (isPath(parsePath(path)) && Object.hasOwn(list[index] ?? {}, inner)) {
        expect(read(event, path)).toEqual([value]);
      }
    }),
  );
});
