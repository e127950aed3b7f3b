import type { StreamedAnswer } from '../answer/http.ts';
import type { ResponseStream } from './response-stream.ts';

/** The content type under which metadata come before the body; what `awslambda.HttpResponseStream` sets. */
const WITH_METADATA = 'application/vnd.awslambda.http-integration-response';
/** So many zero bytes stand between the metadata and the body. */
const DELIMITER_BYTES = 8;

/** Writes a whole answer in the streamed protocol and ends it; nothing may have been written before. */
export function writeAnswer(stream: ResponseStream, { metadata, body }: StreamedAnswer): Promise<void> {
  stream._onBeforeFirstWrite = undefined; // what the handler meant to send first
  stream.setContentType(WITH_METADATA);
  stream.write(JSON.stringify(metadata));
  stream.write(new Uint8Array(DELIMITER_BYTES));
  return ended(stream, body === '' ? undefined : body, 'utf8');
}

/** Ends a stream, with a last chunk where there is one, and waits until all of it has gone out. */
export function ended(
  stream: ResponseStream,
  chunk: unknown,
  encoding: BufferEncoding | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.end(chunk, encoding, (error) => (error instanceof Error ? reject(error) : resolve()));
  });
}
