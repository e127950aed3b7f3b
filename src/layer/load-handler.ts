import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join, resolve } from 'node:path';

/** A Lambda handler of any kind: (event, context), (event, context, callback) or (event, stream, context). */
export type Handler = (this: unknown, ...args: unknown[]) => unknown;

/**
 * Finds and imports a handler by the same rules, in the same order, as AWS's runtime client
 * (aws-lambda-ric 4.0.2, user-function-loader and module-loader), and fails with the errors that it would see:
 * what the user's module throws passes through untouched.
 */
export async function loadHandler(taskRoot: string, handler: string): Promise<Handler> {
  if (handler.includes('..')) {
    throw runtimeError(
      'Runtime.MalformedHandlerName',
      `'${handler}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`,
    );
  }
  const file = basename(handler);
  const match = /^([^.]*)\.(.*)$/.exec(file);
  const [, moduleName, exportPath] = match ?? [];
  if (moduleName === undefined || exportPath === undefined) {
    throw runtimeError('Runtime.MalformedHandlerName', 'Bad handler');
  }
  const moduleRoot = handler.slice(0, handler.indexOf(file)).replace(/\/$/, '');
  const found = findExport(await importModule(taskRoot, moduleRoot, moduleName), exportPath);
  if (!found) throw runtimeError('Runtime.HandlerNotFound', `${handler} is undefined or not exported`);
  if (!isHandler(found)) throw runtimeError('Runtime.HandlerNotFound', `${handler} is not a function`);
  return found;
}

async function importModule(taskRoot: string, moduleRoot: string, moduleName: string): Promise<unknown> {
  const path = resolve(taskRoot, moduleRoot, moduleName);
  for (const extension of ['', '.js', '.mjs', '.cjs']) {
    if (existsSync(path + extension)) return import(path + extension);
  }
  // Required on behalf of the runtime, so that "Cannot find module" shows the require stack it would show without us.
  const require = createRequire(process.argv[1] ?? import.meta.url);
  return require(require.resolve(moduleName, { paths: [taskRoot, join(taskRoot, moduleRoot)] }));
}

function findExport(module: unknown, exportPath: string): unknown {
  const direct = follow(module, exportPath);
  if (direct) return direct;
  return isObject(module) && 'default' in module ? follow(module['default'], exportPath) : undefined;
}

function follow(module: unknown, exportPath: string): unknown {
  let value = module;
  for (const key of exportPath.split('.')) value = isObject(value) ? value[key] : undefined;
  return value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isHandler(value: unknown): value is Handler {
  return typeof value === 'function';
}

function runtimeError(name: string, message: string): Error {
  const error = new Error(message);
  error.name = name;
  return error;
}
