import type { Path } from '../../core/problem.ts';
import { settingNames } from '../../core/service-settings.ts';
import type { LocalProcess } from './model.ts';
import type { Reader } from './reader.ts';
import type { Tree } from './tree.ts';

/** `custom.inoculate.local`: what is different on one machine. */
export interface LocalSettings {
  readonly processes: readonly LocalProcess[];
  /** For every function, over what serverless.yml sets. */
  readonly environment: Readonly<Record<string, string>>;
  /** Functions to invoke, in order, before any traffic: to fill tables, for instance. */
  readonly setup: readonly string[];
}

const all: Path = ['custom', 'inoculate'];
const root: Path = [...all, 'local'];
const portReference = /<([\w-]+)\.port>/g;

export function readLocalSettings(reader: Reader, functionKeys: readonly string[]): LocalSettings {
  // What is for the plugin is its to judge.
  refuseUnknown(reader, reader.at(all), all, settingNames);
  const tree = reader.at(root);
  refuseUnknown(reader, tree, root, ['processes', 'environment', 'setup']);
  const processesAt = [...root, 'processes'];
  const processes = reader
    .list(reader.below(tree, ['processes'], root), processesAt, 'a list of processes')
    .flatMap((item, index) => readProcess(reader, item, [...processesAt, index]) ?? []);
  const names = processes.map(({ name }) => name);
  for (const [index, name] of names.entries()) {
    if (names.indexOf(name) === index || tree === undefined) continue;
    reader.problem(
      tree,
      [...processesAt, index],
      'same-name',
      `Two processes are named ${name}`,
      name,
      'another name',
    );
  }
  const environment = readVariables(reader, tree, root, names);
  for (const process of processes) {
    for (const value of Object.values(process.environment)) {
      if (tree !== undefined) checkPorts(reader, tree, processesAt, value, names);
    }
  }
  return { processes, environment, setup: readSetup(reader, tree, functionKeys) };
}

function readSetup(
  reader: Reader,
  tree: Tree | undefined,
  functionKeys: readonly string[],
): readonly string[] {
  const at = [...root, 'setup'];
  return reader
    .list(reader.below(tree, ['setup'], root), at, 'a list of functions: [seed]')
    .flatMap((item, index) => {
      const path = [...at, index];
      const key = reader.text(reader.below(item, [], path), path);
      if (key === undefined || functionKeys.includes(key)) return key ?? [];
      reader.problem(
        item,
        path,
        'unknown-function',
        `No function is named ${key}`,
        key,
        functionKeys.join(', '),
      );
      return [];
    });
}

function readProcess(reader: Reader, item: Tree, at: Path): LocalProcess | undefined {
  const tree = reader.below(item, [], at);
  refuseUnknown(reader, tree, at, ['name', 'command', 'portEnv', 'environment']);
  const name = reader.text(reader.below(tree, ['name'], at), [...at, 'name']);
  const command = reader
    .list(reader.below(tree, ['command'], at), [...at, 'command'], 'a list: [node, server.ts]')
    .flatMap((part, index) => {
      const path = [...at, 'command', index];
      return reader.text(reader.below(part, [], path), path) ?? [];
    });
  const portEnv = reader.text(reader.below(tree, ['portEnv'], at), [...at, 'portEnv']);
  if (name !== undefined && /^[\w-]+$/.test(name) && command.length > 0 && portEnv !== undefined) {
    return { name, command, portEnv, environment: readVariables(reader, tree, at) };
  }
  const expected = '{ name: payments, command: [node, payments.ts], portEnv: PAYMENTS_PORT }';
  reader.problem(
    item,
    at,
    'incomplete',
    'A process needs a name, a command and portEnv',
    name ?? '',
    expected,
  );
  return undefined;
}

function readVariables(
  reader: Reader,
  tree: Tree | undefined,
  path: Path,
  ports?: readonly string[],
): Record<string, string> {
  const at = [...path, 'environment'];
  const entries = reader.entries(reader.below(tree, ['environment'], path), at, 'variables by name');
  return Object.fromEntries(
    entries.flatMap(([name, value]) => {
      const text = reader.text(reader.below(value, [], [...at, name]), [...at, name]);
      if (text !== undefined && ports !== undefined) checkPorts(reader, value, [...at, name], text, ports);
      return text === undefined ? [] : [[name, text] as const];
    }),
  );
}

function checkPorts(reader: Reader, tree: Tree, at: Path, text: string, names: readonly string[]): void {
  for (const [whole, name = ''] of text.matchAll(portReference)) {
    if (names.includes(name)) continue;
    const expected =
      names.length === 0
        ? 'a process in custom.inoculate.local.processes'
        : `<${names.join('.port>, <')}.port>`;
    reader.problem(tree, at, 'unknown-process', `No process is named ${name}`, whole, expected);
  }
}

function refuseUnknown(reader: Reader, tree: Tree | undefined, at: Path, known: readonly string[]): void {
  if (tree === undefined) return;
  if (tree.kind !== 'map') {
    reader.wrongType(tree, at, `a map of ${known.join(', ')}`);
    return;
  }
  for (const [name, value] of tree.entries) {
    if (known.includes(name)) continue;
    reader.problem(
      value,
      [...at, name],
      'unknown-property',
      `${name} is not known here`,
      name,
      known.join(', '),
    );
  }
}
