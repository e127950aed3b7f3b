import type { Path } from '../../core/problem.ts';
import { evaluate, type Stack } from './intrinsics.ts';
import type { IndexDefinition, KeySchemaElement, TableDefinition } from './model.ts';
import type { Reader } from './reader.ts';
import type { Tree } from './tree.ts';

/** One `AWS::DynamoDB::Table` of `resources`, where it stands. */
export interface TableResource {
  readonly logicalId: string;
  readonly properties: Tree | undefined;
  readonly path: Path;
}

/** The tables among the service's resources. What else there is does not run here. */
export function findTables(reader: Reader): { readonly tables: TableResource[]; readonly others: string[] } {
  const tables: TableResource[] = [];
  const others: string[] = [];
  for (const [part, path] of resourceParts(reader)) {
    const resources = reader.below(part, ['Resources'], path);
    for (const [logicalId, resource] of reader.entries(
      resources,
      [...path, 'Resources'],
      'resources by name',
    )) {
      const at = [...path, 'Resources', logicalId];
      const type = reader.text(reader.below(resource, ['Type'], at), [...at, 'Type']);
      if (type === 'AWS::DynamoDB::Table') {
        const properties = reader.below(resource, ['Properties'], at);
        tables.push({ logicalId, properties, path: [...at, 'Properties'] });
      } else if (type !== undefined) {
        others.push(`${logicalId} (${type})`);
      }
    }
  }
  return { tables, others };
}

/** `resources` is one template, or a list of templates. */
function resourceParts(reader: Reader): (readonly [Tree, Path])[] {
  const resources = reader.at(['resources']);
  if (resources === undefined) return [];
  if (resources.kind !== 'list') return [[resources, ['resources']]];
  return resources.items.flatMap((item, index) => {
    const part = reader.below(item, [], ['resources', index]);
    return part === undefined ? [] : [[part, ['resources', index]] as const];
  });
}

/** Its name as deployed; CloudFormation makes one up where none is given, and so do we. */
export function tableName(reader: Reader, stack: Stack, table: TableResource): string {
  const name = reader.below(table.properties, ['TableName'], table.path);
  const given = name === undefined ? undefined : evaluate(reader, stack, name, [...table.path, 'TableName']);
  return given ?? `${stack.stackName}-${table.logicalId}`;
}

export function readTable(reader: Reader, stack: Stack, table: TableResource): TableDefinition | undefined {
  const { logicalId, properties, path } = table;
  if (properties?.kind !== 'map') return undefined;
  const definition = {
    logicalId,
    TableName: tableName(reader, stack, table),
    AttributeDefinitions: rows(reader, properties, 'AttributeDefinitions', path).map(([row, at]) => ({
      AttributeName: field(reader, row, 'AttributeName', at),
      AttributeType: field(reader, row, 'AttributeType', at),
    })),
    KeySchema: keySchema(reader, properties, path),
  };
  if (definition.KeySchema.length === 0) {
    const expected = 'KeySchema with a HASH key';
    reader.problem(properties, path, 'no-key', `The table ${logicalId} has no key`, logicalId, expected);
  }
  const global = indexes(reader, properties, 'GlobalSecondaryIndexes', path);
  const local = indexes(reader, properties, 'LocalSecondaryIndexes', path);
  return {
    ...definition,
    ...(global.length === 0 ? {} : { GlobalSecondaryIndexes: global }),
    ...(local.length === 0 ? {} : { LocalSecondaryIndexes: local }),
  };
}

function indexes(reader: Reader, properties: Tree, name: string, path: Path): IndexDefinition[] {
  return rows(reader, properties, name, path).map(([row, at]) => {
    const type = reader.text(reader.below(row, ['Projection', 'ProjectionType'], at), [...at, 'Projection']);
    const others = reader.below(row, ['Projection', 'NonKeyAttributes'], at);
    const attributes = reader.list(others, [...at, 'Projection', 'NonKeyAttributes'], 'a list of names');
    return {
      IndexName: field(reader, row, 'IndexName', at),
      KeySchema: keySchema(reader, row, at),
      Projection: {
        ProjectionType: type ?? 'ALL',
        ...(attributes.length === 0
          ? {}
          : { NonKeyAttributes: attributes.map((attribute) => reader.text(attribute, at) ?? '') }),
      },
    };
  });
}

function keySchema(reader: Reader, tree: Tree, path: Path): KeySchemaElement[] {
  return rows(reader, tree, 'KeySchema', path).map(([row, at]) => ({
    AttributeName: field(reader, row, 'AttributeName', at),
    KeyType: field(reader, row, 'KeyType', at),
  }));
}

function rows(reader: Reader, tree: Tree, name: string, path: Path): (readonly [Tree, Path])[] {
  const at = [...path, name];
  return reader
    .list(reader.below(tree, [name], path), at, 'a list')
    .map((row, index) => [row, [...at, index]]);
}

function field(reader: Reader, row: Tree, name: string, at: Path): string {
  const value = reader.text(reader.below(row, [name], at), [...at, name]);
  if (value === undefined) reader.problem(row, at, 'missing', `${name} is missing`, '', name);
  return value ?? '';
}
