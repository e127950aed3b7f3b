import fc from 'fast-check';
import type { Dose, InFunctionFault } from '../../../src/generated/types.ts';
import { doseOf } from './doses.ts';

/** What the store answers to a read of the dose. */
export interface StoreAnswer {
  readonly status: number;
  readonly body: string;
  /** The Date header where it is not the time. */
  readonly date?: string;
}

type Path = readonly (string | number)[];

const target = 'checkout';
const faults: InFunctionFault[] = [
  { kind: 'invocation.error', target, name: 'Injected' },
  { kind: 'dependency.error', target, host: '127.0.0.1', status: 503, rate: 0.5 },
  { kind: 'sandbox.cpu', target, load: 0.1 },
];
const dose: Dose = doseOf(faults, { expiresAt: 4_000_000_000_000 });

const attributes = {
  v: { N: '1' },
  epoch: { N: '1' },
  cleared: { BOOL: false },
  expiresAt: { N: String(dose.expiresAt) },
  body: { S: JSON.stringify(dose) },
};

const ok = (body: string): StoreAnswer => ({ status: 200, body });
const itemOf = (changes: Readonly<Record<string, unknown>>): StoreAnswer =>
  ok(JSON.stringify({ Item: { ...attributes, ...changes } }));
const withBody = (text: string): StoreAnswer => itemOf({ body: { S: text } });
const withDose = (changed: unknown): StoreAnswer => withBody(JSON.stringify(changed));

/** What is well-formed, and makes every invocation of the experimental group fail. */
export const soundAnswer = (): StoreAnswer => itemOf({});

function pathsIn(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, part]) => pathsIn(part, [...path, key]))];
}

function at(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((part, key) => Reflect.get(Object(part), key), value);
}

/** A copy with another value at the path, or without it. */
function changed(path: Path, value: unknown): unknown {
  const [last, ...before] = path.toReversed();
  if (last === undefined) return value;
  const copy: unknown = structuredClone(dose);
  const owner: object = Object(at(copy, before.toReversed()));
  if (value === undefined) Reflect.deleteProperty(owner, last);
  else Object.defineProperty(owner, last, { value, enumerable: true, configurable: true, writable: true });
  return copy;
}

const typeOf = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;

const anything = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom<unknown>(
    null,
    true,
    false,
    '',
    'x',
    0,
    -1,
    1e308,
    [],
    {},
    [[]],
    '__proto__',
    '0',
    'Infinity',
  ),
);

const wrongType = fc
  .tuple(fc.constantFrom(...pathsIn(dose)), anything)
  .filter(([path, value]) => typeOf(value) !== typeOf(at(dose, path)))
  .map(([path, value]) => withDose(changed(path, value)));

const required: readonly Path[] = [
  ...['version', 'runId', 'epoch', 'function', 'expiresAt', 'salt', 'exposure', 'tick', 'stalenessMs'].map(
    (key) => [key],
  ),
  ...['acknowledgeStart', 'lnGamma', 'faults'].map((key) => [key]),
  ['tick', 'originAt'],
  ['tick', 'lengthMs'],
  ...[0, 1, 2].flatMap((index) => [
    ['faults', index, 'id'],
    ['faults', index, 'fault'],
    ['faults', index, 'fault', 'kind'],
    ['faults', index, 'fault', 'target'],
  ]),
  ['faults', 1, 'fault', 'host'],
  ['faults', 1, 'fault', 'status'],
  ['faults', 2, 'fault', 'load'],
];
const incomplete = fc.constantFrom(...required).map((path) => withDose(changed(path, undefined)));

const objects: readonly Path[] = [
  [],
  ['tick'],
  ['faults', 0],
  ['faults', 0, 'fault'],
  ['faults', 1, 'fault'],
  ['faults', 2, 'fault'],
];
const unknownKeys = [
  'x',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'Version',
  'kind ',
];
const unknownKey = fc
  .tuple(
    fc.constantFrom(...objects),
    fc.oneof(
      fc.constantFrom(...unknownKeys),
      fc.string().map((text) => `?${text}`),
    ),
    anything,
  )
  .map(([path, key, value]) =>
    withDose(path.length === 0 ? changed([key], value) : changed([...path, key], value)),
  );

const outOfRange: readonly (readonly [Path, readonly unknown[]])[] = [
  [['version'], [0, 2, 1.5, -1, 1e308]],
  [['epoch'], [0, -1, 1.5, -1e308]],
  [['runId'], ['', 'x'.repeat(129)]],
  [['function'], ['', 'other', 'CHECKOUT', 'checkout ', 'x'.repeat(171)]],
  [['expiresAt'], [-1, 0.5, 1]],
  [['salt'], ['', 'short', 'x'.repeat(65)]],
  [['exposure'], [-0.1, 0.500001, 1, 2, 1e308]],
  [['stalenessMs'], [0, 99, 60_001, 1e308, 100.5]],
  [['lnGamma'], [0, -1, 1.1]],
  [
    ['tick', 'originAt'],
    [-1, 0.5],
  ],
  [
    ['tick', 'lengthMs'],
    [0, 99, 3_600_001],
  ],
  [['faults'], [[], Array.from({ length: 11 }, () => dose.faults[0])]],
  [
    ['faults', 0, 'id'],
    ['', 'f', 'f0', 'f100', 'x1', '__proto__'],
  ],
  [
    ['faults', 0, 'fault', 'kind'],
    ['', 'invocation.eror', 'lambda.throttle', '__proto__', 'constructor', 'toString'],
  ],
  [
    ['faults', 0, 'fault', 'target'],
    ['', '1', 'a b'],
  ],
  [
    ['faults', 0, 'fault', 'name'],
    ['', '1', 'a b', 'x'.repeat(129)],
  ],
  [
    ['faults', 0, 'fault', 'when'],
    ['', 'never', 'toString'],
  ],
  [
    ['faults', 1, 'fault', 'rate'],
    [-0.1, 1.1, 1e308],
  ],
  [
    ['faults', 1, 'fault', 'status'],
    [0, 399, 600, 503.5],
  ],
  [
    ['faults', 1, 'fault', 'service'],
    ['dynamodb', ''],
  ],
  [
    ['faults', 2, 'fault', 'load'],
    [-0.1, 1.1],
  ],
  [
    ['faults', 2, 'fault', 'threads'],
    [0, -1, 7, 1e9, 1.5],
  ],
];
const outside = fc
  .constantFrom(...outOfRange.flatMap(([path, values]) => values.map((value) => [path, value] as const)))
  .map(([path, value]) => withDose(changed(path, value)));

const text = JSON.stringify(dose);
const cut = fc.integer({ min: 0, max: text.length - 1 }).map((length) => withBody(text.slice(0, length)));
const nested = fc
  .tuple(fc.integer({ min: 1, max: 20_000 }), fc.boolean())
  .map(([depth, isList]) =>
    withBody(
      isList ? '['.repeat(depth) + ']'.repeat(depth) : '{"faults":'.repeat(depth) + '1' + '}'.repeat(depth),
    ),
  );
const deepInside = fc.integer({ min: 100, max: 5000 }).map((depth) => {
  const list = '['.repeat(depth) + ']'.repeat(depth);
  return withBody(text.replace('"faults":[', `"faults":[${list},`));
});
const noise = fc.oneof(
  fc.string({ maxLength: 200 }).map(withBody),
  fc.string({ unit: 'binary', maxLength: 200 }).map(withBody),
  fc.jsonValue().map(withDose),
);

const strange = fc.constantFrom<unknown>(
  null,
  {},
  [],
  '1',
  1,
  { S: '1' },
  { N: 'x' },
  { N: '' },
  { N: 1 },
  { N: 'NaN' },
  { N: 'Infinity' },
  { N: `-${'9'.repeat(400)}` },
  { N: '9'.repeat(400) },
  { N: null },
  { B: 'e30=' },
  { BOOL: 'false' },
  { NULL: true },
  { L: [{ N: '1' }] },
  { M: { N: { N: '1' } } },
);
const wrongItem = fc
  .tuple(
    fc.constantFrom('v', 'epoch', 'cleared', 'expiresAt', 'body'),
    fc.oneof(strange, fc.constant(undefined)),
  )
  // A body of this text is malformed; the others are so by their type.
  .map(([name, value]) => itemOf({ [name]: value }));
const wrongValue = fc.constantFrom<StoreAnswer>(
  itemOf({ v: { N: '2' } }),
  itemOf({ v: { N: '0' } }),
  itemOf({ v: { N: '1.5' } }),
  itemOf({ epoch: { N: '2' } }),
  itemOf({ epoch: { N: '-1' } }),
  itemOf({ cleared: { BOOL: true } }),
  itemOf({ cleared: { S: 'false' } }),
  itemOf({ expiresAt: { N: '1' } }),
  itemOf({ expiresAt: { N: '-1' } }),
);
const wrongAnswer = fc.oneof(
  fc.jsonValue().map((value) => ok(JSON.stringify({ Item: value }))),
  fc.jsonValue().map((value) => ok(JSON.stringify(value))),
  fc.string().map(ok),
  fc
    .integer({ min: 0, max: soundAnswer().body.length - 1 })
    .map((length) => ok(soundAnswer().body.slice(0, length))),
  fc.constantFrom(300, 400, 403, 404, 429, 500, 503).map((status) => ({ ...soundAnswer(), status })),
  fc
    .constantFrom('', 'yesterday', 'Thu, 01 Jan 1970 00:00:00 GMT', 'Fri, 31 Dec 9999 23:59:59 GMT')
    .map((date) => ({ ...soundAnswer(), date })),
);

/** Answers that hold no well-formed dose for `checkout`: malformed by the way in which they are made. */
export const malformedAnswer: fc.Arbitrary<StoreAnswer> = fc.oneof(
  { arbitrary: wrongType, weight: 6 },
  { arbitrary: incomplete, weight: 2 },
  { arbitrary: unknownKey, weight: 4 },
  { arbitrary: outside, weight: 4 },
  { arbitrary: cut, weight: 2 },
  { arbitrary: nested, weight: 1 },
  { arbitrary: deepInside, weight: 1 },
  { arbitrary: noise, weight: 2 },
  { arbitrary: wrongItem, weight: 3 },
  { arbitrary: wrongValue, weight: 1 },
  { arbitrary: wrongAnswer, weight: 3 },
);
