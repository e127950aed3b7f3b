// A payment host for one machine: charges everything up to a limit, each order once.
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';

const limitCents = 1_000_000;
const minLatencyMs = 5;
const maxLatencyMs = 10;
const maxBodyBytes = 16_384;
const maxCharges = 100_000;

/** Answers by idempotency key: asked again, a charge is answered as before. */
const charges = new Map<string, { readonly status: number; readonly body: string }>();

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    console.error(error);
    response.destroy();
  });
});

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method === 'GET' && request.url === '/health') return send(response, 200, { status: 'ok' });
  if (request.method !== 'POST' || request.url !== '/charges')
    return send(response, 404, { error: 'not found' });
  const key = request.headers['idempotency-key'];
  const amountCents = amountOf(await bodyOf(request));
  await new Promise((resolve) =>
    setTimeout(resolve, minLatencyMs + Math.random() * (maxLatencyMs - minLatencyMs)),
  );
  if (typeof key !== 'string' || amountCents === null) {
    return send(response, 400, { error: 'An idempotency-key header and an amountCents are needed.' });
  }
  const result =
    charges.get(key) ??
    (amountCents > limitCents
      ? { status: 402, body: JSON.stringify({ status: 'declined' }) }
      : { status: 201, body: JSON.stringify({ status: 'paid', chargeId: `ch-${charges.size + 1}` }) });
  if (charges.size < maxCharges) charges.set(key, result);
  response.writeHead(result.status, { 'content-type': 'application/json' }).end(result.body);
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  request.setEncoding('utf8');
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > maxBodyBytes) throw new Error(`A charge of more than ${maxBodyBytes} characters.`);
  }
  return text;
}

function amountOf(text: string): number | null {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body !== 'object' || body === null || !('amountCents' in body)) return null;
    return typeof body.amountCents === 'number' && body.amountCents >= 0 ? body.amountCents : null;
  } catch (error) {
    // Not JSON is the caller's mistake, answered as one; anything else is ours.
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

const port = Number(process.env['PAYMENTS_PORT']);
if (!Number.isInteger(port) || port < 1) {
  throw new Error('PAYMENTS_PORT must be the port to listen on, such as 8089.');
}
server.listen(port, '127.0.0.1', () => console.log(`The payment host listens on http://127.0.0.1:${port}`));
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    server.close();
    server.closeAllConnections();
  });
}
