// Handlers whose events, answers and streams the faults change. Bundled by the tests.
import { Readable, type Writable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';

interface ResponseStream extends Writable {
  setContentType(type: string): void;
}

declare const awslambda: {
  streamifyResponse(
    handler: (event: never, stream: ResponseStream, context: unknown) => Promise<unknown>,
    options?: { highWaterMark: number },
  ): unknown;
  HttpResponseStream: { from(stream: ResponseStream, metadata: object): ResponseStream };
};

/** How often handlers ran in this sandbox; tells whether one was replaced. */
let runs = 0;
/** As many functions do, it answers with an object that it keeps. */
const kept = {
  statusCode: 200,
  body: JSON.stringify({ total: 12, items: ['a', 'b', 'c'] }),
  nested: { list: [1, 2, 3] },
};

/** Answers what the event asks for. */
export async function answers(event: {
  answer?: unknown;
  fail?: boolean;
  kept?: boolean;
  runs?: boolean;
}): Promise<unknown> {
  runs += 1;
  if (event.fail === true) throw new RangeError('of its own');
  if (event.runs === true) return runs;
  return event.kept === true ? kept : event.answer;
}

/** Says which records it was given, and reports those as failed whose body or data asks for it. */
export async function batch(event: {
  Records: Record<string, unknown>[];
  stops?: boolean;
}): Promise<unknown> {
  console.log(`records ${JSON.stringify(event.Records.map(idOf))}`);
  for (const record of event.Records) Object.assign(record, { touched: true }); // what it is given is its own
  const bodies = event.Records.map((record) => record['body'] ?? record['says']);
  if (bodies.includes('throw')) throw new RangeError('of its own');
  if (bodies.includes('silent')) return undefined;
  const failed: string[] = [];
  for (const [index, record] of event.Records.entries()) {
    if (bodies[index] !== 'fail') continue;
    failed.push(idOf(record));
    if (event.stops === true) break;
  }
  return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
}

function idOf(record: Record<string, unknown>): string {
  const { messageId, kinesis, dynamodb } = record as {
    messageId?: string;
    kinesis?: { sequenceNumber: string };
    dynamodb?: { SequenceNumber: string };
  };
  return messageId ?? kinesis?.sequenceNumber ?? dynamodb?.SequenceNumber ?? '?';
}

type Way =
  | 'writes'
  | 'pipeline'
  | 'metadata'
  | 'metadata-end-only'
  | 'end-only'
  | 'objects'
  | 'pressure'
  | 'unawaited'
  | 'fails'
  | 'late-type'
  | 'empty';

async function stream(event: { way: Way }, out: ResponseStream): Promise<unknown> {
  console.log('streaming handler ran');
  switch (event.way) {
    case 'writes':
      out.setContentType('text/plain');
      for (const chunk of ['one ', 'two ', 'three']) {
        out.write(chunk);
        await tick();
      }
      out.end();
      return finished(out);
    case 'pipeline':
      return pipeline(Readable.from(['one ', 'two ', 'three']), out);
    case 'metadata': {
      const answer = awslambda.HttpResponseStream.from(out, { statusCode: 201, headers: { 'x-own': 'yes' } });
      answer.write('one ');
      answer.end('two');
      return undefined;
    }
    case 'metadata-end-only':
      // The runtime's stream sends no metadata then: nor may ours.
      awslambda.HttpResponseStream.from(out, { statusCode: 201 }).end('one');
      return undefined;
    case 'end-only':
      out.end('all at once');
      return undefined;
    case 'objects':
      (out as unknown as { write(chunk: object): void }).write({ a: 1 });
      out.end();
      return undefined;
    case 'pressure': {
      const chunk = Buffer.alloc(10_000, 'x');
      let drains = 0;
      for (let sent = 0; sent < 40; sent += 1) {
        if (out.write(chunk)) continue;
        drains += 1;
        await new Promise<void>((resolve) => out.once('drain', resolve));
      }
      out.end();
      await finished(out);
      console.log(`drained ${drains > 0} mark ${out.writableHighWaterMark} finished ${out.writableFinished}`);
      return undefined;
    }
    case 'unawaited':
      Readable.from(['one ', 'two ', 'three']).pipe(out);
      return undefined;
    case 'fails':
      out.write('one ');
      out.write('two ');
      throw new RangeError('of its own');
    case 'late-type':
      out.write('one');
      try {
        out.setContentType('text/plain');
      } catch (error) {
        out.write(` ${(error as Error).name}`);
      }
      out.end();
      return undefined;
    case 'empty':
      out.end();
      return undefined;
  }
}

export const streams = awslambda.streamifyResponse(stream, { highWaterMark: 4321 });

export const count = async (): Promise<number> => runs;

function tick(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
