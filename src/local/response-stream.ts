import { crc32 } from 'node:zlib';
import type { Outcome } from './sandbox/outcome.ts';

/**
 * The answer of InvokeWithResponseStream in AWS's event-stream encoding. The function may have streamed; here its
 * whole answer is one chunk.
 */
export function responseStream(outcome: Outcome): Buffer {
  const json = { ':content-type': 'application/json' };
  if (outcome.kind === 'answer') {
    return Buffer.concat([
      message({ ':event-type': 'PayloadChunk', ':content-type': 'application/octet-stream' }, outcome.body),
      message({ ':event-type': 'InvokeComplete', ...json }, Buffer.from('{}')),
    ]);
  }
  const { errorType, errorMessage } = outcome.failure;
  const details = { ErrorCode: errorType, ErrorDetails: errorMessage };
  return message({ ':event-type': 'InvokeComplete', ...json }, Buffer.from(JSON.stringify(details)));
}

const stringType = 7;

/** One message: lengths, their checksum, headers, payload, the checksum of it all. */
function message(headers: Readonly<Record<string, string>>, payload: Buffer): Buffer {
  const encoded = Buffer.concat(Object.entries({ ':message-type': 'event', ...headers }).map(headerOf));
  const prelude = Buffer.alloc(8);
  prelude.writeUInt32BE(16 + encoded.length + payload.length, 0);
  prelude.writeUInt32BE(encoded.length, 4);
  const body = Buffer.concat([prelude, checksum(prelude), encoded, payload]);
  return Buffer.concat([body, checksum(body)]);
}

function headerOf([name, value]: readonly [string, string]): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(Buffer.byteLength(value));
  return Buffer.concat([
    Buffer.from([name.length]),
    Buffer.from(name),
    Buffer.from([stringType]),
    length,
    Buffer.from(value),
  ]);
}

function checksum(bytes: Buffer): Buffer {
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(bytes));
  return sum;
}
