import { listing, type Path } from '../../core/problem.ts';
import type { Reader } from './reader.ts';
import type { Tree } from './tree.ts';

/** What CloudFormation's functions may refer to on one machine. */
export interface Stack {
  readonly region: string;
  readonly accountId: string;
  readonly stackName: string;
  /** By logical id. */
  readonly resources: ReadonlyMap<string, Resource>;
}

export interface Resource {
  /** What `Ref` gives. */
  readonly ref: string;
  /** What `Fn::GetAtt` gives, by attribute. */
  readonly attributes: Readonly<Record<string, string>>;
}

const overrideHint = 'or a value for one machine in custom.inoculate.local.environment';

/** A scalar, or one of `Ref`, `Fn::GetAtt`, `Fn::Sub` and `Fn::Join` over this service's tables and functions. */
export function evaluate(reader: Reader, stack: Stack, tree: Tree, at: Path): string | undefined {
  const value = reader.below(tree, [], at);
  if (value === undefined) return undefined;
  if (value.kind === 'scalar') return reader.text(value, at);
  const [only, ...others] = value.kind === 'map' ? value.entries : [];
  const [name, argument] = only !== undefined && others.length === 0 ? only : [];
  const inner: Path = [...at, name ?? ''];
  const resolved = argument === undefined ? undefined : reader.below(argument, [], inner);
  if (resolved !== undefined) {
    if (name === 'Ref') return ref(reader, stack, resolved, inner);
    if (name === 'Fn::GetAtt') return getAtt(reader, stack, resolved, inner);
    if (name === 'Fn::Sub') return sub(reader, stack, resolved, inner);
    if (name === 'Fn::Join') return join(reader, stack, resolved, inner);
  }
  return reader.wrongType(value, at, `a string, Ref, Fn::GetAtt, Fn::Sub or Fn::Join; ${overrideHint}`);
}

function ref(reader: Reader, stack: Stack, tree: Tree, at: Path): string | undefined {
  const name = reader.text(tree, at);
  return name === undefined ? undefined : (lookUp(stack, name) ?? unknown(reader, stack, tree, at, name));
}

function lookUp(stack: Stack, name: string): string | undefined {
  const pseudo: Readonly<Record<string, string>> = {
    'AWS::Region': stack.region,
    'AWS::AccountId': stack.accountId,
    'AWS::StackName': stack.stackName,
    'AWS::StackId': `arn:aws:cloudformation:${stack.region}:${stack.accountId}:stack/${stack.stackName}/local`,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::NoValue': '',
  };
  return Object.hasOwn(pseudo, name) ? pseudo[name] : stack.resources.get(name)?.ref;
}

function attributeOf(stack: Stack, resource: string, attribute: string): string | undefined {
  const attributes = stack.resources.get(resource)?.attributes ?? {};
  return Object.hasOwn(attributes, attribute) ? attributes[attribute] : undefined;
}

function getAtt(reader: Reader, stack: Stack, tree: Tree, at: Path): string | undefined {
  const parts = tree.kind === 'list' ? tree.items : [];
  const dotted = tree.kind === 'scalar' ? String(tree.value).split('.') : [];
  const [resource = dotted[0], attribute = dotted.slice(1).join('.')] = parts.map((part, index) =>
    reader.text(reader.below(part, [], [...at, index]), [...at, index]),
  );
  if (resource === undefined)
    return reader.wrongType(tree, at, 'a resource and its attribute: [Orders, Arn]');
  return (
    attributeOf(stack, resource, attribute ?? '') ??
    unknown(reader, stack, tree, at, `${resource}.${attribute ?? ''}`)
  );
}

function sub(reader: Reader, stack: Stack, tree: Tree, at: Path): string | undefined {
  const [template, variables] = tree.kind === 'list' ? tree.items : [tree];
  const text = template === undefined ? undefined : reader.text(reader.below(template, [], at), at);
  if (text === undefined) return undefined;
  const own = new Map<string, string>();
  for (const [name, value] of variables?.kind === 'map' ? variables.entries : []) {
    own.set(name, evaluate(reader, stack, value, [...at, 1, name]) ?? '');
  }
  return text.replaceAll(/\$\{([^}]+)\}/g, (whole, inner: string) => {
    if (inner.startsWith('!')) return `\${${inner.slice(1)}}`;
    const name = inner.trim();
    const [resource = '', ...attribute] = name.split('.');
    const value = own.get(name) ?? lookUp(stack, name) ?? attributeOf(stack, resource, attribute.join('.'));
    return value ?? unknown(reader, stack, tree, at, name) ?? whole;
  });
}

function join(reader: Reader, stack: Stack, tree: Tree, at: Path): string | undefined {
  const [separator, list] = tree.kind === 'list' ? tree.items : [];
  const parts = list === undefined ? undefined : reader.below(list, [], [...at, 1]);
  if (separator?.kind !== 'scalar' || parts?.kind !== 'list') {
    return reader.wrongType(tree, at, "a separator and a list: ['-', [a, b]]");
  }
  const values = parts.items.map((part, index) => evaluate(reader, stack, part, [...at, 1, index]) ?? '');
  return values.join(String(separator.value));
}

function unknown(reader: Reader, stack: Stack, tree: Tree, at: Path, name: string): undefined {
  const known = [...stack.resources.keys()];
  const expected =
    known.length === 0
      ? `a table of this service, ${overrideHint}`
      : `${listing(known, 'or')}, ${overrideHint}`;
  reader.problem(tree, at, 'unknown-resource', `${name} is nothing that runs on one machine`, name, expected);
}
