import { readFileSync } from 'node:fs';
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, Scalar } from 'yaml';

/** Where something stands; line and column count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A value from a file that knows where it stands. */
export type Tree = Place &
  (
    | { readonly kind: 'map'; readonly entries: ReadonlyMap<string, Tree> }
    | { readonly kind: 'list'; readonly items: readonly Tree[] }
    | { readonly kind: 'scalar'; readonly value: string | number | boolean | null }
  );

export type ParsedFile =
  | { readonly ok: true; readonly tree: Tree }
  | { readonly ok: false; readonly errors: readonly (Place & { readonly message: string })[] };

/** Reads a YAML or JSON file. CloudFormation's short tags (`!Ref`) become their long form. Throws when it cannot be read. */
export function parseFile(file: string): ParsedFile {
  const lines = new LineCounter();
  const text = readFileSync(file, 'utf8');
  const document = parseDocument(text, { lineCounter: lines, customTags: shortTags, logLevel: 'silent' });
  const placeOf = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
  if (document.errors.length > 0) {
    return {
      ok: false,
      errors: document.errors.map(({ pos, message }) => ({
        ...placeOf(pos[0]),
        message: message.split('\n')[0]?.replace(/ at line .*$/, '') ?? message,
      })),
    };
  }
  const convert = (node: Node | null | undefined, offset: number): Tree => {
    const place = placeOf(node?.range?.[0] ?? offset);
    const target = isAlias(node) ? node.resolve(document) : node;
    const plain = convertPlain(target, place);
    return isAlias(node) ? plain : withTag(target, plain);
  };
  const convertPlain = (node: Node | null | undefined, place: Place): Tree => {
    if (isMap(node)) {
      const entries = new Map<string, Tree>();
      for (const { key, value } of node.items) {
        const name = isScalar(key) ? String(key.value) : String(key);
        const offset = isScalar(key) ? (key.range?.[0] ?? 0) : 0;
        entries.set(name, convert(value as Node | null, offset));
      }
      return { ...place, kind: 'map', entries };
    }
    if (isSeq(node)) {
      return { ...place, kind: 'list', items: node.items.map((item) => convert(item as Node, 0)) };
    }
    return { ...place, kind: 'scalar', value: isScalar(node) ? scalarValue(node.value) : null };
  };
  return { ok: true, tree: convert(document.contents, 0) };
}

function scalarValue(value: unknown): string | number | boolean | null {
  if (
    value === null ||
    typeof value === 'string' ||
    typeof value === 'number' ||
    typeof value === 'boolean'
  ) {
    return value;
  }
  // A number beyond what is exact, or a date: as JSON has it.
  return typeof value === 'bigint' ? value.toString() : JSON.stringify(value);
}

const functionTags = [
  'Sub',
  'Join',
  'ImportValue',
  'Select',
  'Split',
  'If',
  'FindInMap',
  'Base64',
  'GetAZs',
  'Cidr',
];

const shortTags = ['Ref', 'Condition', 'GetAtt', ...functionTags].flatMap((name) =>
  ([undefined, 'map', 'seq'] as const).map((collection) => ({
    tag: `!${name}`,
    ...(collection === undefined ? { resolve: (text: string) => new Scalar(text) } : { collection }),
  })),
);

/** `!GetAtt Orders.Arn` → `{ Fn::GetAtt: [Orders, Arn] }`. */
function withTag(node: Node | null | undefined, tree: Tree): Tree {
  const tag = node?.tag;
  if (tag === undefined || !tag.startsWith('!') || tag === '!') return tree;
  const name = tag.slice(1);
  const { file, line, column } = tree;
  const place = { file, line, column };
  const key = name === 'Ref' || name === 'Condition' ? name : `Fn::${name}`;
  if (name !== 'GetAtt' || tree.kind !== 'scalar')
    return { ...place, kind: 'map', entries: new Map([[key, tree]]) };
  const [resource = '', ...attribute] = String(tree.value).split('.');
  const items = [resource, attribute.join('.')].map((value) => ({
    ...place,
    kind: 'scalar' as const,
    value,
  }));
  return { ...place, kind: 'map', entries: new Map([[key, { ...place, kind: 'list', items }]]) };
}

/** The value below, by names and positions. */
export function descend(tree: Tree | undefined, step: string): Tree | undefined {
  if (tree?.kind === 'map') return tree.entries.get(step);
  if (tree?.kind === 'list') return tree.items[Number(step)];
  return undefined;
}

/** As plain data. */
export function toValue(tree: Tree): unknown {
  switch (tree.kind) {
    case 'scalar':
      return tree.value;
    case 'list':
      return tree.items.map(toValue);
    case 'map':
      return Object.fromEntries([...tree.entries].map(([name, value]) => [name, toValue(value)]));
  }
}
