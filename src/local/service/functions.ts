import { type LambdaRuntime, lambdaRuntimes } from '../../core/lambda-runtimes.ts';
import { listing, type Path } from '../../core/problem.ts';
import { readBatches } from './batch-events.ts';
import { evaluate, type Stack } from './intrinsics.ts';
import type { LocalFunction } from './model.ts';
import type { Reader } from './reader.ts';
import type { Tree } from './tree.ts';

/** A function of the service before its variables are known. */
export interface FunctionEntry {
  readonly key: string;
  readonly tree: Tree;
  readonly path: Path;
  readonly name: string;
  readonly arn: string;
}

/** The framework's own defaults. */
const defaultTimeoutS = 6;
const defaultMemoryMb = 1024;
const defaultStorageMb = 512;

export function findFunctions(reader: Reader, stack: Stack): FunctionEntry[] {
  const expected = 'functions by name';
  return reader.entries(reader.at(['functions']), ['functions'], expected).flatMap(([key, value]) => {
    const path = ['functions', key];
    const tree = reader.below(value, [], path);
    if (tree === undefined) return [];
    if (tree.kind !== 'map') {
      reader.wrongType(tree, path, 'a function with a handler');
      return [];
    }
    const own = reader.text(reader.below(tree, ['name'], path), [...path, 'name']);
    const name = own ?? `${stack.stackName}-${key}`;
    const arn = `arn:aws:lambda:${stack.region}:${stack.accountId}:function:${name}`;
    return [{ key, tree, path, name, arn }];
  });
}

/** `checkout-page` → `CheckoutDashpageLambdaFunction`, as the framework names it in CloudFormation. */
export function logicalIdOf(key: string): string {
  const normal = key.replaceAll('-', 'Dash').replaceAll('_', 'Underscore');
  return `${normal.charAt(0).toUpperCase()}${normal.slice(1)}LambdaFunction`;
}

export interface FunctionContext {
  readonly reader: Reader;
  readonly stack: Stack;
  /** Variables for one machine, which win over the deployed ones. */
  readonly overrides: Readonly<Record<string, string>>;
  /** Takes sentences on what is left out. */
  readonly note: (text: string) => void;
}

/** `undefined` where it cannot run here: with a note where that is no mistake, else with a problem. */
export function readFunction(context: FunctionContext, entry: FunctionEntry): LocalFunction | undefined {
  const { reader } = context;
  const { key, tree, path } = entry;
  const runtime = readRuntime(context, entry);
  const handlerTree = reader.below(tree, ['handler'], path);
  const handler = reader.text(handlerTree, [...path, 'handler']);
  if (runtime === undefined) return undefined;
  if (handler === undefined) {
    reader.problem(
      tree,
      path,
      'missing',
      `The function ${key} has no handler`,
      '',
      'handler: folder/file.export',
    );
    return undefined;
  }
  if (handlerTree !== undefined && !/^[^.]*[^./]\.[\w$.]+$/.test(handler)) {
    reader.wrongType(
      handlerTree,
      [...path, 'handler'],
      'a file without its ending and an export: folder/file.export',
    );
  }
  noteWhatIsLeftOut(context, entry);
  const batches = readBatches(reader, tree, path);
  return {
    key,
    name: entry.name,
    arn: entry.arn,
    handler,
    runtime,
    timeoutS: setting(reader, entry, 'timeout', 1, 900, 'seconds') ?? defaultTimeoutS,
    memoryMb: setting(reader, entry, 'memorySize', 128, 10_240, 'MB') ?? defaultMemoryMb,
    ephemeralStorageMb: setting(reader, entry, 'ephemeralStorageSize', 512, 10_240, 'MB') ?? defaultStorageMb,
    environment: readEnvironment(context, entry),
    ...(batches.length === 0 ? {} : { batches }),
  };
}

function readRuntime({ reader, note }: FunctionContext, entry: FunctionEntry): LambdaRuntime | undefined {
  const { key, tree, path } = entry;
  const own = reader.below(tree, ['runtime'], path);
  const at = own === undefined ? ['provider', 'runtime'] : [...path, 'runtime'];
  const stated = own ?? reader.at(['provider', 'runtime']);
  const runtime = reader.text(stated, at);
  const known = lambdaRuntimes.find((candidate) => candidate === runtime);
  if (known !== undefined) return known;
  if (
    reader.below(tree, ['image'], path) !== undefined ||
    (runtime !== undefined && !runtime.startsWith('nodejs'))
  ) {
    note(
      `The function ${key} is left out: it runs ${runtime ?? 'from an image'}, and only Node.js runs on one machine.`,
    );
    return undefined;
  }
  const message = runtime === undefined ? 'No runtime is given' : `${runtime} cannot be run here`;
  reader.problem(
    stated ?? tree,
    at,
    'unsupported-runtime',
    message,
    runtime ?? '',
    listing(lambdaRuntimes, 'or'),
  );
  return undefined;
}

function setting(
  reader: Reader,
  { tree, path }: FunctionEntry,
  name: string,
  min: number,
  max: number,
  unit: string,
): number | undefined {
  const own = reader.integer(reader.below(tree, [name], path), [...path, name], min, max, unit);
  if (own !== undefined || name === 'ephemeralStorageSize') return own;
  return reader.integer(reader.at(['provider', name]), ['provider', name], min, max, unit);
}

function readEnvironment(context: FunctionContext, entry: FunctionEntry): Record<string, string> {
  const { reader, stack, overrides } = context;
  const result: Record<string, string> = {};
  const sources: (readonly [Tree | undefined, Path])[] = [
    [reader.at(['provider', 'environment']), ['provider', 'environment']],
    [reader.below(entry.tree, ['environment'], entry.path), [...entry.path, 'environment']],
  ];
  for (const [tree, path] of sources) {
    for (const [name, value] of reader.entries(tree, path, 'variables by name')) {
      // Not looked at: it may only make sense in the cloud.
      if (Object.hasOwn(overrides, name)) continue;
      const text = evaluate(reader, stack, value, [...path, name]);
      if (text !== undefined) result[name] = text;
    }
  }
  return { ...result, ...overrides };
}

const leftOut = ['layers', 'vpc', 'fileSystemConfig', 'onError', 'destinations'] as const;

function noteWhatIsLeftOut({ reader, note }: FunctionContext, { key, tree, path }: FunctionEntry): void {
  const present = leftOut.filter((name) => reader.below(tree, [name], path) !== undefined);
  if (present.length > 0) note(`The function ${key} runs without its ${listing(present, 'and')}.`);
}
