import type { Workload } from '../../generated/types.ts';
import { type Random, randomFrom } from './random.ts';

type Stream = Workload['streams'][number];

/** One invocation to send. */
export interface Arrival {
  /** From the start of the workload. */
  readonly atMs: number;
  /** Position of its stream in the file. */
  readonly stream: number;
  readonly functionKey: string;
  /** Of this stream, from 0. */
  readonly n: number;
}

/**
 * All arrivals of a workload in the order of time, without end: a pure function of the workload and the seed. The streams
 * are independent of each other; adding one changes none of those before it.
 */
export function* planWorkload(workload: Workload, seed: number): Generator<Arrival, never> {
  const streams = workload.streams.map((stream, index) => arrivalsOf(stream, index, seed));
  const next = streams.map((arrivals) => arrivals.next().value);
  for (;;) {
    let first = 0;
    for (let index = 1; index < next.length; index += 1) {
      if ((next[index]?.atMs ?? Infinity) < (next[first]?.atMs ?? Infinity)) first = index;
    }
    const arrival = next[first];
    const source = streams[first];
    if (arrival === undefined || source === undefined) throw new Error('A workload has at least one stream.');
    yield arrival;
    next[first] = source.next().value;
  }
}

/** How many arrivals there are before a moment, for people: 20 per second for 10 s with a ramp of 2 s → 180. */
export function expectedArrivals({ rate, rampUp = 0 }: Stream, untilMs: number): number {
  const ramp = Math.min(untilMs, rampUp);
  const rising = rampUp === 0 ? 0 : (ramp * ramp) / (2 * rampUp);
  return (rate / 1000) * (rising + Math.max(0, untilMs - rampUp));
}

function* arrivalsOf(stream: Stream, index: number, seed: number): Generator<Arrival, never> {
  const random = randomFrom(seed, 'arrivals', index);
  let expected = 0;
  for (let n = 0; ; n += 1) {
    // Arrivals of a process with rate one, brought to the stream's rising rate by the inverse of what is expected.
    if (stream.arrivals === 'constant') expected = n;
    else expected += exponential(random);
    yield { atMs: momentOf(stream, expected), stream: index, functionKey: stream.function, n };
  }
}

/** When so many arrivals are expected to have come. */
function momentOf({ rate, rampUp = 0 }: Stream, expected: number): number {
  const perMs = rate / 1000;
  const inRamp = (perMs * rampUp) / 2;
  if (expected < inRamp) return Math.sqrt((2 * rampUp * expected) / perMs);
  return rampUp + (expected - inRamp) / perMs;
}

function exponential(random: Random): number {
  return -Math.log(1 - random());
}
