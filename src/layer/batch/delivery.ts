import type { BatchRecord } from './records.ts';

/** Each chosen record twice, one right after the other, as a copy of its own: a handler may change what it is given. */
export function duplicated(
  records: readonly BatchRecord[],
  chosen: readonly boolean[],
): readonly BatchRecord[] {
  return records.flatMap((record, index) =>
    chosen[index] === true ? [record, { ...record, value: structuredClone(record.value) }] : [record],
  );
}

/**
 * Another order, in which each group's records follow each other as before; undefined where there is no other.
 * @param draw a number in [0, 1) for each place
 */
export function reordered(
  records: readonly BatchRecord[],
  draw: (place: number) => number,
): readonly BatchRecord[] | undefined {
  const queues = queuesOf(records);
  const places = records.map((_, index) => index);
  // Fisher–Yates over the places decides which group comes when; within a group the next in line comes.
  for (let place = places.length - 1; place > 0; place -= 1)
    swap(places, place, Math.floor(draw(place) * (place + 1)));
  const order = places.flatMap((place) => queues[place]?.shift() ?? []);
  if (order.some((record, index) => record !== records[index])) return order;
  return swappedOnce(records);
}

/** For each record the line of its group; records without a group stand alone. */
function queuesOf(records: readonly BatchRecord[]): BatchRecord[][] {
  const byGroup = new Map<string, BatchRecord[]>();
  return records.map((record) => {
    if (record.group === undefined) return [record];
    const queue = byGroup.get(record.group) ?? [];
    byGroup.set(record.group, queue);
    queue.push(record);
    return queue;
  });
}

/** The first two neighbours of different groups in each other's place. */
function swappedOnce(records: readonly BatchRecord[]): readonly BatchRecord[] | undefined {
  const first = records.findIndex((record, index) => {
    const next = records[index + 1];
    return next !== undefined && (record.group === undefined || record.group !== next.group);
  });
  if (first < 0) return undefined;
  const order = [...records];
  swap(order, first, first + 1);
  return order;
}

function swap<T>(list: T[], a: number, b: number): void {
  const [one, other] = [list[a], list[b]];
  if (one === undefined || other === undefined) return;
  list[a] = other;
  list[b] = one;
}
