import fc from 'fast-check';
import { duplicated, reordered } from '../../../src/layer/batch/delivery.ts';
import { failing, mendedForStream, withFailures } from '../../../src/layer/batch/failures.ts';
import type { BatchRecord } from '../../../src/layer/batch/records.ts';

const records = fc
  .array(fc.option(fc.constantFrom('a', 'b', 'c'), { nil: undefined }), { minLength: 1, maxLength: 12 })
  .map((groups) =>
    groups.map((group, index): BatchRecord => ({ value: { index }, id: String(1000 + index * 7), group })),
  );
const draws = fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), {
  minLength: 12,
  maxLength: 12,
});
const chosen = fc.array(fc.boolean(), { minLength: 12, maxLength: 12 });
const ids = (batch: readonly BatchRecord[]): string[] => batch.map(({ id }) => id);

describe('a batch', () => {
  it('in another order holds the same records, each group in its order, and is another order', () => {
    fc.assert(
      fc.property(records, draws, (batch, numbers) => {
        const other = reordered(batch, (place) => numbers[place] ?? 0);
        if (other === undefined) {
          // There is none: one group, or a record alone.
          expect(
            batch.length === 1 ||
              (new Set(batch.map(({ group }) => group)).size === 1 && batch[0]?.group !== undefined),
          ).toBe(true);
          return;
        }
        expect(ids(other)).not.toEqual(ids(batch));
        expect(ids(other).sort()).toEqual(ids(batch));
        for (const group of ['a', 'b', 'c']) {
          const inOrder = (list: readonly BatchRecord[]): string[] =>
            ids(list.filter((one) => one.group === group));
          expect(inOrder(other)).toEqual(inOrder(batch));
        }
      }),
    );
  });

  it('with duplicates holds each chosen record twice in a row, as a copy of its own', () => {
    fc.assert(
      fc.property(records, chosen, (batch, choice) => {
        const all = duplicated(batch, choice);
        expect(ids(all)).toEqual(
          batch.flatMap(({ id }, index) => (choice[index] === true ? [id, id] : [id])),
        );
        expect(new Set(all.map(({ value }) => value)).size).toBe(all.length);
      }),
    );
  });

  it('of which records fail lets none of a group overtake a failed one', () => {
    fc.assert(
      fc.property(records, chosen, (batch, choice) => {
        const failed = new Set(failing(batch, choice));
        batch.forEach((record, index) => {
          if (choice[index] === true) expect(failed).toContain(record.id);
          const earlier = batch
            .slice(0, index)
            .some(({ id, group }) => group !== undefined && group === record.group && failed.has(id));
          if (earlier) expect(failed).toContain(record.id);
          else if (choice[index] !== true) expect(failed).not.toContain(record.id);
        });
      }),
    );
  });

  it('F8: of a stream in any order is read again from where nothing is left out, at whatever record the handler stops', () => {
    fc.assert(
      fc.property(records, draws, fc.nat(11), (batch, numbers, stop) => {
        const given = reordered(batch, (place) => numbers[place] ?? 0) ?? batch;
        const at = Math.min(stop, given.length - 1);
        const done = new Set(ids(given.slice(0, at)));
        const answer = { batchItemFailures: [{ itemIdentifier: given[at]?.id }] };
        const mended = mendedForStream(answer, given) as typeof answer;
        const from = Math.min(
          ...mended.batchItemFailures.map(({ itemIdentifier }) => Number(itemIdentifier)),
        );
        for (const { id } of batch) if (Number(id) < from) expect(done).toContain(id);
        expect(mended.batchItemFailures[0]).toEqual(answer.batchItemFailures[0]);
      }),
    );
  });
});

it.each<[what: string, answer: unknown, expected: unknown]>([
  ['nothing at all', undefined, { batchItemFailures: [{ itemIdentifier: 'x' }] }],
  ['null', null, { batchItemFailures: [{ itemIdentifier: 'x' }] }],
  ['a null report', { batchItemFailures: null }, { batchItemFailures: [{ itemIdentifier: 'x' }] }],
  [
    'a report, and something beside it',
    { batchItemFailures: [{ itemIdentifier: 'y' }], note: 1 },
    { batchItemFailures: [{ itemIdentifier: 'y' }, { itemIdentifier: 'x' }], note: 1 },
  ],
  ['a report that names it already', { batchItemFailures: [{ itemIdentifier: 'x' }] }, undefined],
  ['a text', 'done', undefined],
  ['a list', [], undefined],
  ['a report of another form', { batchItemFailures: 'x' }, undefined],
])('a failed record joins %s', (_what, answer, expected) => {
  const before = JSON.stringify(answer);
  expect(withFailures(answer, ['x'])).toEqual(expected);
  expect(JSON.stringify(answer)).toBe(before);
});
