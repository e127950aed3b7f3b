/**
 * The smallest runtime that runs a Lambda handler: used only where no part of AWS's own client is to be had. It takes
 * async handlers and callbacks, and no response streaming.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { systemClock } from '../clock.ts';
import { createClient, type Invocation, type RuntimeApiClient } from './runtime-api-client.ts';

type Handler = (event: unknown, context: object, callback: Callback) => unknown;
type Callback = (error: unknown, result?: unknown) => void;

class InitError extends Error {
  constructor(name: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = name;
  }
}

async function loadHandler(root: string, name: string): Promise<Handler> {
  const base = path.basename(name);
  const dot = base.indexOf('.');
  if (dot < 0) throw new InitError('Runtime.MalformedHandlerName', 'Bad handler');
  const file = path.resolve(root, path.dirname(name), base.slice(0, dot));
  const exported = await loadModule(file);
  const found = base
    .slice(dot + 1)
    .split('.')
    .reduce<unknown>(
      (value, key) =>
        typeof value === 'object' && value !== null ? (Reflect.get(value, key) as unknown) : undefined,
      'default' in exported && typeof exported.default === 'object' && exported.default !== null
        ? { ...exported.default, ...exported }
        : exported,
    );
  if (typeof found !== 'function') {
    throw new InitError('Runtime.HandlerNotFound', `${name} is undefined or not exported`);
  }
  return (event, context, callback) => Reflect.apply(found, undefined, [event, context, callback]) as unknown;
}

async function loadModule(file: string): Promise<Record<string, unknown>> {
  try {
    const found = ['', '.js', '.mjs', '.cjs'].map((end) => file + end).find((name) => existsSync(name));
    if (found !== undefined) return (await import(pathToFileURL(found).href)) as Record<string, unknown>;
    return createRequire(import.meta.url)(file) as Record<string, unknown>;
  } catch (error) {
    if (error instanceof SyntaxError) throw new InitError('Runtime.UserCodeSyntaxError', String(error));
    if (error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND') {
      throw new InitError('Runtime.ImportModuleError', `Error: ${error.message}`);
    }
    throw error;
  }
}

function describe(error: unknown): { errorType: string; errorMessage: string; trace: string[] } {
  if (!(error instanceof Error)) {
    return { errorType: typeof error, errorMessage: String(error), trace: [] };
  }
  return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') };
}

function contextOf({ headers }: Invocation): object {
  const env = process.env;
  const deadlineMs = Number(headers['lambda-runtime-deadline-ms']);
  return {
    awsRequestId: headers['lambda-runtime-aws-request-id'],
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    functionName: env['AWS_LAMBDA_FUNCTION_NAME'],
    functionVersion: env['AWS_LAMBDA_FUNCTION_VERSION'],
    memoryLimitInMB: env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE'],
    logGroupName: env['AWS_LAMBDA_LOG_GROUP_NAME'],
    logStreamName: env['AWS_LAMBDA_LOG_STREAM_NAME'],
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => deadlineMs - systemClock.now(),
  };
}

/** Takes whichever comes first: the handler's promise or its callback. */
function run(handler: Handler, invocation: Invocation): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const callback: Callback = (error, result) =>
      error === null || error === undefined ? resolve(result) : reject(toError(error));
    const returned = handler(JSON.parse(invocation.bodyJson), contextOf(invocation), callback);
    if (returned instanceof Promise) returned.then(resolve, reject);
  });
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

async function initialise(client: RuntimeApiClient): Promise<Handler> {
  try {
    return await loadHandler(process.env['LAMBDA_TASK_ROOT'] ?? '/var/task', process.env['_HANDLER'] ?? '');
  } catch (error) {
    console.error(error);
    const body = describe(error);
    await client.post('/init/error', JSON.stringify(body), {
      'Lambda-Runtime-Function-Error-Type': body.errorType,
    });
    process.exit(1);
  }
}

const client = createClient(process.env['AWS_LAMBDA_RUNTIME_API'] ?? '');
const handler = await initialise(client);
for (;;) {
  const invocation = await client.next();
  const id = encodeURIComponent(String(invocation.headers['lambda-runtime-aws-request-id']));
  try {
    const result = (await run(handler, invocation)) ?? null;
    await client.post(`/invocation/${id}/response`, JSON.stringify(result));
  } catch (error) {
    console.error(error);
    await client.post(`/invocation/${id}/error`, JSON.stringify(describe(error)));
  }
}
