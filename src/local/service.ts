import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { findFunctions, type FunctionEntry, logicalIdOf, readFunction } from './service/functions.ts';
import { readBundling } from './service/bundling.ts';
import type { Resource, Stack } from './service/intrinsics.ts';
import { readLocalSettings } from './service/local-settings.ts';
import type { LocalFunction, LocalService } from './service/model.ts';
import { ProblemList, type ServiceProblem, type ServiceProblems } from './service/problem.ts';
import { Reader } from './service/reader.ts';
import { findTables, readTable, tableName, type TableResource } from './service/tables.ts';
import { parseFile } from './service/tree.ts';
import { Variables } from './service/variables.ts';

export type { LocalFunction, LocalProcess, LocalService, TableDefinition } from './service/model.ts';
export type { ServiceProblem, ServiceProblems } from './service/problem.ts';

/** Nobody's account. */
const accountId = '000000000000';

export interface ReadServiceOptions {
  readonly stage: string;
  /** For `${env:…}`; without it this process's own. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Reads what one machine needs from a serverless.yml; or everything that keeps the service from running here. */
export async function readService(
  file: string,
  options: ReadServiceOptions,
): Promise<LocalService | ServiceProblems> {
  if (!existsSync(file)) {
    const expected = 'a serverless.yml';
    return whole({ file, code: 'no-file', message: 'This file is not there', found: file, expected });
  }
  const location = realpathSync(file);
  const parsed = parseFile(location);
  if (!parsed.ok) {
    const expected = 'YAML that can be read';
    const problems = parsed.errors.map((error) => ({
      ...error,
      path: '',
      code: 'not-yaml',
      found: '',
      expected,
    }));
    return { problems };
  }
  const problems = new ProblemList();
  const { stage, env = process.env } = options;
  const dir = path.dirname(location);
  const variables = new Variables(parsed.tree, dir, { stage, accountId, env }, problems);
  const service = build(new Reader(variables, problems), stage, dir);
  if (problems.all.length > 0) return { problems: problems.all };
  if (Object.keys(service.functions).length > 0) return service;
  const expected = 'functions that run on Node.js';
  return whole({
    file,
    code: 'no-functions',
    message: 'The service has no function to run',
    found: '',
    expected,
  });
}

function whole(
  problem: Pick<ServiceProblem, 'file' | 'code' | 'message' | 'found' | 'expected'>,
): ServiceProblems {
  return { problems: [{ ...problem, line: 1, column: 1, path: '' }] };
}

function build(reader: Reader, stage: string, dir: string): LocalService {
  const notes: string[] = [];
  const note = (text: string): void => void notes.push(text);
  const name = reader.text(reader.at(['service']), ['service']) ?? path.basename(dir);
  const region = reader.text(reader.at(['provider', 'region']), ['provider', 'region']) ?? 'us-east-1';
  const resources = new Map<string, Resource>();
  const stack: Stack = { region, accountId, stackName: `${name}-${stage}`, resources };

  const { tables, others } = findTables(reader);
  for (const table of tables) resources.set(table.logicalId, tableResource(reader, stack, table));
  const entries = findFunctions(reader, stack);
  for (const entry of entries) resources.set(logicalIdOf(entry.key), functionResource(entry));

  const settings = readLocalSettings(
    reader,
    entries.map((entry) => entry.key),
  );
  const context = { reader, stack, overrides: settings.environment, note };
  const functions = entries.flatMap((entry): LocalFunction[] => {
    const fn = readFunction(context, entry);
    return fn === undefined ? [] : [fn];
  });
  if (others.length > 0) note(`These resources do not run on one machine: ${others.join(', ')}.`);
  return {
    name,
    stage,
    region,
    dir,
    functions: Object.fromEntries(functions.map((fn) => [fn.key, fn])),
    tables: tables.flatMap((table) => readTable(reader, stack, table) ?? []),
    processes: settings.processes,
    setup: settings.setup,
    bundling: readBundling(reader, functions, dir, note),
    notes,
  };
}

function tableResource(reader: Reader, stack: Stack, table: TableResource): Resource {
  const name = tableName(reader, stack, table);
  const arn = `arn:aws:dynamodb:${stack.region}:${stack.accountId}:table/${name}`;
  return { ref: name, attributes: { Arn: arn, StreamArn: `${arn}/stream/2000-01-01T00:00:00.000` } };
}

function functionResource({ name, arn }: FunctionEntry): Resource {
  return { ref: name, attributes: { Arn: arn } };
}
