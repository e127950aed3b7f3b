import type { StreamedAnswer } from '../answer/http.ts';

/** Where in a streamed answer something happens. */
export type StreamPlace = 'first-byte' | 'chunks' | 'end';

/** What happens to the answer of a handler that streams it. */
export type StreamEffect =
  /** Held back: its first byte, each chunk, or its end. */
  | {
      readonly type: 'delay';
      readonly at: StreamPlace;
      /** @param chunk the place of the chunk in the answer, from 0 */
      delayMs(chunk: number): number;
      readonly untilTimeout: boolean;
    }
  /** Cut off with an error: after its first chunk, or when all but its end has gone out. */
  | { readonly type: 'abort'; readonly at: 'first-chunk' | 'end'; readonly error: Error }
  /** Another answer: instead of running the handler, or after it has run, in place of all that it has written. */
  | { readonly type: 'answer'; readonly when: 'instead' | 'after'; readonly answer: StreamedAnswer };
