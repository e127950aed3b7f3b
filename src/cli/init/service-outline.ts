import { readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { isMapping } from '../../core/schema-branch.ts';
import { readService } from '../../local/service.ts';
import { UsageError } from '../command.ts';

/** As much of a serverless.yml as a first experiment needs. */
export interface ServiceOutline {
  readonly service: string;
  /** Keys of its functions. */
  readonly functions: readonly string[];
}

/**
 * The service as it runs on one machine; where it cannot, its names alone, so that nothing that has no bearing on a draft
 * (plugins, variables of an account) stands in the way. `path` is absolute; `cwd` is what it is told relative to. Throws
 * UsageError.
 */
export async function outlineOf(path: string, stage: string, cwd: string): Promise<ServiceOutline> {
  const file = readYaml(path, cwd);
  const service = await readService(path, { stage });
  if ('problems' in service) return namesIn(file, path, cwd);
  return { service: service.name, functions: Object.keys(service.functions) };
}

function namesIn(file: unknown, path: string, cwd: string): ServiceOutline {
  const name = relative(cwd, path);
  const service = isMapping(file) ? file['service'] : undefined;
  if (!isMapping(file) || typeof service !== 'string') {
    throw new UsageError(
      `"${name}" is no serverless.yml: it has no service name`,
      'give its path with --service',
    );
  }
  if (service.includes('${')) {
    throw new UsageError(
      `The service name ${JSON.stringify(service)} in "${name}" has a variable`,
      'write the experiment with { lambda: NAME } as its target instead',
    );
  }
  return { service, functions: [...new Set(functionKeys(file['functions'], dirname(path), cwd, 0))] };
}

/** `functions` is a mapping, a `${file(…)}`, or a list of both. */
function functionKeys(functions: unknown, folder: string, cwd: string, depth: number): string[] {
  if (depth > 3) return [];
  if (Array.isArray(functions))
    return functions.flatMap((part: unknown) => functionKeys(part, folder, cwd, depth + 1));
  if (isMapping(functions)) return Object.keys(functions);
  const included =
    typeof functions === 'string' ? /^\$\{file\(([^)]+)\)(?::([\w.]+))?\}$/.exec(functions) : null;
  if (included === null) return [];
  const [, file = '', key] = included;
  const content = readYaml(resolve(folder, file.trim()), cwd);
  const part = (key?.split('.') ?? []).reduce<unknown>(
    (at, name) => (isMapping(at) ? at[name] : undefined),
    content,
  );
  return functionKeys(part, folder, cwd, depth + 1);
}

function readYaml(path: string, cwd: string): unknown {
  const document = parseDocument(readText(path, cwd), { logLevel: 'silent' });
  const [error] = document.errors;
  // Tags such as !Ref are CloudFormation's: a warning, and names do not depend on them.
  if (error === undefined) return document.toJS();
  throw new UsageError(`"${relative(cwd, path)}" is not YAML: ${error.message.split('\n')[0] ?? ''}`);
}

function readText(path: string, cwd: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code =
      typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : undefined;
    if (code === undefined) throw error;
    throw new UsageError(
      `"${relative(cwd, path)}" cannot be read (${code})`,
      'give a serverless.yml with --service',
    );
  }
}
