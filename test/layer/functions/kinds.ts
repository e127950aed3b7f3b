// Handlers of every kind that the runtime knows. Bundled by the tests.
import type { Writable } from 'node:stream';

declare const awslambda: {
  streamifyResponse(
    handler: (event: unknown, stream: Writable, context: unknown) => Promise<void>,
    options?: { highWaterMark: number },
  ): unknown;
};

export async function plain(event: unknown, context: { awsRequestId: string }): Promise<unknown> {
  return {
    event,
    requestId: context.awsRequestId,
    handler: process.env['_HANDLER'],
    own: process.env['INOCULATE_HANDLER'] ?? null,
    chained: process.env['CHAINED'] ?? null,
    thisIs: this_,
  };
}
const this_ = 'kinds';

export const shop = { cart: { add: async (event: unknown) => ({ added: event }) } };

export function sync(event: unknown): unknown {
  return { event };
}

export const streamed = awslambda.streamifyResponse(
  async (event, stream) => {
    stream.write('one ');
    await new Promise((resolve) => setTimeout(resolve, 20));
    stream.write('two ');
    stream.end(JSON.stringify(event));
  },
  { highWaterMark: 1234 },
);

export function threeArguments(
  _event: unknown,
  _context: unknown,
  callback: (error: null, answer: string) => void,
): void {
  callback(null, 'called back');
}

export async function fails(): Promise<never> {
  throw new RangeError('of its own');
}
