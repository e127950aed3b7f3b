/**
 * Stands in for the natively built part of AWS's runtime interface client, where that could not be built: the same
 * four functions, over node:http. Built to CommonJS as `rapid-client.node/index.cjs` beside AWS's own file, which
 * finds it by the ordinary rules of `require`.
 */
import { createClient, type Invocation } from './runtime-api-client.ts';

const client = createClient(process.env['AWS_LAMBDA_RUNTIME_API'] ?? '');
let posts: Promise<void> = Promise.resolve();

/** Does nothing: the native client sets up its connection here. */
export function initializeClient(): void {}

/** The next invocation, once everything before it was posted: the native `done` and `error` block until then. */
export async function next(): Promise<Invocation> {
  await posts;
  return client.next();
}

/** Posts a result; `id` comes percent-encoded. */
export function done(id: string, body: string): void {
  posts = posts.then(() => client.post(`/invocation/${id}/response`, body));
}

/** Posts a failure; `id` comes percent-encoded. */
export function error(id: string, body: string, xray: string): void {
  posts = posts.then(() =>
    client.post(`/invocation/${id}/error`, body, { 'Lambda-Runtime-Function-XRay-Error-Cause': xray }),
  );
}
