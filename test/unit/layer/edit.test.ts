import fc from 'fast-check';
import { edited, type Change } from '../../../src/layer/answer/edit.ts';
import { pathOf } from '../../../src/layer/event/path.ts';
import { invocationCorrupt } from '../../../src/layer/faults/invocation.corrupt.ts';
import type { FaultOf } from '../../../src/layer/faults/module.ts';

type Fault = FaultOf<'invocation.corrupt'>;
const target = 'checkout';

/** What a handler's answer becomes, as JSON has it; `left alone` where nothing is changed. */
function corrupted(fault: Pick<Fault, 'path' | 'with'> & { value?: unknown }, answer: unknown): unknown {
  const moment = { at: 'after', source: 'direct', streaming: false, event: {}, answer } as const;
  const effect = invocationCorrupt.onInvocation?.(
    { kind: 'invocation.corrupt', target, ...fault },
    moment,
    () => 0,
  );
  if (effect?.skip !== undefined) return `left alone: ${effect.skip}`;
  return JSON.parse(JSON.stringify(effect?.answer?.value));
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const bytes = Buffer.from([0xff, 0xd8, 0xff, 0xe0]);
const http = { statusCode: 200, headers: { ETag: 'abc' }, body: '{"total":12,"items":["a","b","c"]}' };

describe('an answer is changed', () => {
  it.each<[what: string, fault: Parameters<typeof corrupted>[0], answer: unknown, expected: unknown]>([
    ['drop leaves a key out', { path: 'a.b', with: 'drop' }, { a: { b: 1, c: 2 } }, { a: { c: 2 } }],
    ['drop takes an item out of a list', { path: 'a[1]', with: 'drop' }, { a: [1, 2, 3] }, { a: [1, 3] }],
    ['null stays there', { path: 'a', with: 'null' }, { a: 1 }, { a: null }],
    ['replace puts any JSON', { path: 'a', with: 'replace', value: { b: [1] } }, { a: 1 }, { a: { b: [1] } }],
    ['truncate keeps half of a text', { path: 'a', with: 'truncate' }, { a: 'abcde' }, { a: 'ab' }],
    ['truncate keeps whole characters', { path: 'a', with: 'truncate' }, { a: '😀😀😀' }, { a: '😀' }],
    ['truncate keeps half of a list', { path: 'a', with: 'truncate' }, { a: [1, 2, 3, 4, 5] }, { a: [1, 2] }],
    [
      'every item of a list',
      { path: 'a[*].p', with: 'null' },
      { a: [{ p: 1 }, { q: 2 }] },
      { a: [{ p: null }, { q: 2 }] },
    ],
    ['every item is dropped', { path: 'a[*]', with: 'drop' }, { a: [1, 2] }, { a: [] }],
    [
      'text that the path goes on into is JSON before and after',
      { path: 'body.total', with: 'replace', value: -1 },
      http,
      { ...http, body: '{"total":-1,"items":["a","b","c"]}' },
    ],
    [
      'the body itself is text',
      { path: 'body', with: 'truncate' },
      http,
      { ...http, body: '{"total":12,"item' },
    ],
    [
      'headers are found however their names are written',
      { path: 'headers.etag', with: 'drop' },
      http,
      { ...http, headers: {} },
    ],
    [
      'a body that is base64 is decoded and encoded again',
      { path: 'body.total', with: 'drop' },
      { ...http, isBase64Encoded: true, body: base64('{"total":12,"note":"é"}') },
      { ...http, isBase64Encoded: true, body: base64('{"note":"é"}') },
    ],
    [
      'bytes are cut as bytes',
      { path: 'body', with: 'truncate' },
      { isBase64Encoded: true, body: bytes.toString('base64') },
      { isBase64Encoded: true, body: bytes.subarray(0, 2).toString('base64') },
    ],
    [
      'a text in the place of bytes is encoded',
      { path: 'body', with: 'replace', value: 'é' },
      { isBase64Encoded: true, body: bytes.toString('base64') },
      { isBase64Encoded: true, body: base64('é') },
    ],
    [
      'what has a form of its own in JSON is changed in it',
      { path: 'at', with: 'truncate' },
      { at: new Date(0) },
      { at: '1970-01-01T' + '0' },
    ],
    [
      '__proto__ is a key like any other',
      { path: 'a', with: 'null' },
      JSON.parse('{"__proto__":{"x":1},"a":1}'),
      JSON.parse('{"__proto__":{"x":1},"a":null}'),
    ],
  ])('%s', (_what, fault, answer, expected) => {
    expect(corrupted(fault, answer)).toEqual(expected);
  });

  it.each<[what: string, path: string, how: Fault['with'], answer: unknown]>([
    ['a key that is not there', 'a.c', 'drop', { a: { b: 1 } }],
    ['a key of a list', 'a.length', 'null', { a: [1] }],
    ['an item beyond the end', 'a[3]', 'null', { a: [1] }],
    ['something inside a number', 'a.b', 'null', { a: 1 }],
    ['text that is no JSON', 'body.total', 'null', { body: 'hello' }],
    ['half of a number', 'a', 'truncate', { a: 12 }],
    ['half of nothing', 'a', 'truncate', { a: '' }],
    ['what every object has', 'toString', 'drop', {}],
    ['what is not sent', 'a', 'drop', { a: undefined }],
    ['no answer at all', 'a', 'drop', undefined],
    ['something inside bytes', 'body.a', 'null', { isBase64Encoded: true, body: bytes.toString('base64') }],
  ])('%s is left alone, and said to be', (_what, path, how, answer) => {
    expect(corrupted({ path, with: how }, answer)).toBe('left alone: not-applicable');
  });

  it('and never the object that the function may have kept', () => {
    const change: Change = () => ({ type: 'put', value: 'changed' });
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 4 }),
        fc.array(fc.oneof(fc.string(), fc.nat(5)), { maxLength: 4 }),
        (value, steps) => {
          const path = pathOf(
            `a${steps.map((step) => (typeof step === 'number' ? `[${step}]` : `[${JSON.stringify(step)}]`)).join('')}`,
          );
          const answer = { a: value };
          const before = JSON.stringify(answer);
          deepFreeze(answer);
          const result = edited(answer, path, change);
          expect(JSON.stringify(answer)).toBe(before);
          if (result !== undefined) expect(result.value).not.toBe(answer);
        },
      ),
    );
  });

  it('F8: but not the report on a batch, unless the loss is accepted', () => {
    const moment = {
      at: 'after',
      source: 'sqs',
      streaming: false,
      event: {},
      answer: { batchItemFailures: [1] },
    } as const;
    const fault = { kind: 'invocation.corrupt', target, path: 'batchItemFailures', with: 'drop' } as const;
    const effectOn = (one: Fault): unknown => invocationCorrupt.onInvocation?.(one, moment, () => 0);
    expect(effectOn(fault)).toEqual({ skip: 'would-lose-data' });
    expect(effectOn({ ...fault, acceptsDataLoss: true })).toEqual({ answer: { value: {} } });
    expect(invocationCorrupt.losesDataWhenAsynchronous(fault)).toBe(true);
  });
});

it.each<[Partial<Fault>, string | undefined]>([
  [{ path: 'a.b', with: 'drop' }, undefined],
  [{ path: 'a', with: 'replace', value: null }, undefined],
  [{ path: 'a', with: 'replace' }, 'replace needs a value'],
  [{ path: 'a', with: 'drop', value: 1 }, 'value goes with replace only'],
  [{ path: 'a..b', with: 'drop' }, 'path: '],
])('%j is told to be wrong: %s', (change, problem) => {
  const found = invocationCorrupt.problem({
    kind: 'invocation.corrupt',
    target,
    path: 'a',
    with: 'drop',
    ...change,
  });
  if (problem === undefined) expect(found).toBeUndefined();
  else expect(found).toContain(problem);
});

function deepFreeze(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  Object.freeze(value);
  Object.values(value).forEach(deepFreeze);
}
