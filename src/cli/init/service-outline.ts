import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { isMapping } from '../../core/schema-branch.ts';
import { UsageError } from '../command.ts';

/** As much of a serverless.yml as a first experiment needs. */
export interface ServiceOutline {
  readonly service: string;
  /** Keys of its functions. */
  readonly functions: readonly string[];
}

/** Reads names only, so that nothing else in the file (plugins, variables of an account) can stand in the way. */
export function readOutline(path: string): ServiceOutline {
  const file = readYaml(path);
  const service = isMapping(file) ? file['service'] : undefined;
  if (!isMapping(file) || typeof service !== 'string') {
    throw new UsageError(
      `"${path}" is no serverless.yml: it has no service name`,
      'give its path with --service',
    );
  }
  if (service.includes('${')) {
    throw new UsageError(
      `The service name ${JSON.stringify(service)} in "${path}" has a variable`,
      'write the experiment with { lambda: NAME } as its target instead',
    );
  }
  return { service, functions: [...new Set(functionKeys(file['functions'], dirname(path), 0))] };
}

/** `functions` is a mapping, a `${file(…)}`, or a list of both. */
function functionKeys(functions: unknown, folder: string, depth: number): string[] {
  if (depth > 3) return [];
  if (Array.isArray(functions))
    return functions.flatMap((part: unknown) => functionKeys(part, folder, depth + 1));
  if (isMapping(functions)) return Object.keys(functions);
  const included =
    typeof functions === 'string' ? /^\$\{file\(([^)]+)\)(?::([\w.]+))?\}$/.exec(functions) : null;
  if (included === null) return [];
  const [, file = '', key] = included;
  const content = readYaml(resolve(folder, file.trim()));
  const part = (key?.split('.') ?? []).reduce<unknown>(
    (at, name) => (isMapping(at) ? at[name] : undefined),
    content,
  );
  return functionKeys(part, folder, depth + 1);
}

function readYaml(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(
      `"${path}" cannot be read: ${reasonOf(error)}`,
      'give a serverless.yml with --service',
    );
  }
  try {
    // Tags such as !Ref are CloudFormation's, and names do not depend on them.
    return parse(text, { logLevel: 'silent' }) as unknown;
  } catch (error) {
    throw new UsageError(`"${path}" is not YAML: ${reasonOf(error)}`);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n')[0] ?? error.name) : String(error);
}
