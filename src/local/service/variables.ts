import { existsSync } from 'node:fs';
import path from 'node:path';
import { listing, type Path } from '../../core/problem.ts';
import type { ProblemList } from './problem.ts';
import { literalOf, referenceAt, splitAlternatives } from './variable-syntax.ts';
import { descend, parseFile, type Place, type Tree } from './tree.ts';

/** What variables may refer to, beside the file itself. */
export interface VariableContext {
  readonly stage: string;
  readonly accountId: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const maxDepth = 50;
const printHint =
  'one machine cannot resolve it: run "serverless print" and pass its output instead of serverless.yml';
const supported = 'self, opt, sls, env, aws, file or param';

/**
 * Resolves the framework's variables, `${self:custom.x, 'default'}` and the like, where something is looked at, not
 * everywhere: a secret that only the deployment needs does not keep a service from running here.
 */
export class Variables {
  readonly #root: Tree;
  readonly #dir: string;
  readonly #context: VariableContext;
  readonly #problems: ProblemList;
  readonly #files = new Map<string, Tree | undefined>();
  #depth = 0;

  constructor(root: Tree, dir: string, context: VariableContext, problems: ProblemList) {
    this.#root = root;
    this.#dir = dir;
    this.#context = context;
    this.#problems = problems;
  }

  /** The value at a path from the root, with every reference on the way followed; `undefined` where there is none. */
  at(steps: Path): Tree | undefined {
    return this.below(this.#root, steps, []);
  }

  /** The same, from somewhere. */
  below(from: Tree | undefined, steps: Path, pathOfFrom: Path): Tree | undefined {
    let current = from === undefined ? undefined : this.resolve(from, pathOfFrom);
    const walked = [...pathOfFrom];
    for (const step of steps) {
      const next = descend(current, String(step));
      walked.push(step);
      current = next === undefined ? undefined : this.resolve(next, walked);
    }
    return current;
  }

  /** A value with the references in it followed; lists and maps as they are, with theirs not yet. */
  resolve(tree: Tree, at: Path): Tree | undefined {
    if (tree.kind !== 'scalar' || typeof tree.value !== 'string' || !tree.value.includes('${')) return tree;
    if (this.#depth >= maxDepth) {
      this.#problem(
        tree,
        at,
        'variable-cycle',
        'This variable refers to itself',
        tree.value,
        'a value in the end',
      );
      return undefined;
    }
    this.#depth += 1;
    try {
      return this.#text(tree, tree.value, at);
    } finally {
      this.#depth -= 1;
    }
  }

  /** Everything in it resolved. */
  deep(tree: Tree, at: Path): Tree | undefined {
    const resolved = this.resolve(tree, at);
    if (resolved === undefined || resolved.kind === 'scalar') return resolved;
    if (resolved.kind === 'list') {
      const items = resolved.items.flatMap((item, index) => this.deep(item, [...at, index]) ?? []);
      return { ...resolved, items };
    }
    const entries = [...resolved.entries].flatMap(([name, value]) => {
      const inner = this.deep(value, [...at, name]);
      return inner === undefined ? [] : [[name, inner] as const];
    });
    return { ...resolved, entries: new Map(entries) };
  }

  #text(place: Place, text: string, at: Path): Tree | undefined {
    const whole = referenceAt(text, 0);
    if (whole !== undefined && whole.end === text.length) return this.#reference(place, whole.inner, at);
    let result = '';
    for (let position = 0; position < text.length;) {
      const reference = referenceAt(text, position);
      if (reference === undefined) {
        result += text[position];
        position += 1;
        continue;
      }
      const value = this.#reference(place, reference.inner, at);
      if (value === undefined) return undefined;
      if (value.kind !== 'scalar') {
        const expected = 'a string or a number, since there is text around it';
        this.#problem(place, at, 'not-a-string', `\${${reference.inner}} is a ${value.kind}`, text, expected);
        return undefined;
      }
      result += String(value.value);
      position = reference.end;
    }
    return scalar(place, result);
  }

  /** `self:custom.x, 'default'`: the first alternative that has a value. */
  #reference(place: Place, inner: string, at: Path): Tree | undefined {
    const flat = this.#flatten(place, inner, at);
    if (flat === undefined) return undefined;
    const alternatives = splitAlternatives(flat);
    const { told } = this.#problems;
    for (const [index, alternative] of alternatives.entries()) {
      const value = this.#alternative(place, alternative.trim(), at, index < alternatives.length - 1);
      if (value === 'failed') return undefined;
      if (value !== undefined && !(value.kind === 'scalar' && value.value === null)) return value;
    }
    if (this.#problems.told > told) return undefined;
    const shown = `\${${inner}}`;
    this.#problem(
      place,
      at,
      'no-value',
      `${shown} has no value`,
      shown,
      missingHint(alternatives.at(-1) ?? ''),
    );
    return undefined;
  }

  /** Replaces the references inside a reference: `self:custom.${sls:stage}.x`. */
  #flatten(place: Place, inner: string, at: Path): string | undefined {
    if (!inner.includes('${')) return inner;
    // A whole alternative that is a reference may be a map: it is kept for later.
    const parts = splitAlternatives(inner).map((part) => {
      const trimmed = part.trim();
      if (referenceAt(trimmed, 0)?.end === trimmed.length || !trimmed.includes('${')) return part;
      const value = this.#text(place, part, at);
      return value?.kind === 'scalar' ? String(value.value) : undefined;
    });
    return parts.includes(undefined) ? undefined : parts.join(',');
  }

  #alternative(place: Place, text: string, at: Path, hasNext: boolean): Tree | 'failed' | undefined {
    const literal = literalOf(text);
    if (literal !== undefined) return scalar(place, literal);
    if (referenceAt(text, 0)?.end === text.length)
      return this.#reference(place, text.slice(2, -1), at) ?? 'failed';
    const match = /^(\w+)(?:\(([^)]*)\))?(?::(.*))?$/.exec(text);
    const [, source = '', parameter = '', address = ''] = match ?? [];
    switch (source) {
      case 'self':
        return this.at(address === '' ? [] : address.split('.'));
      case 'opt':
        return address === 'stage' ? scalar(place, this.#context.stage) : undefined;
      case 'sls':
        return address === 'stage' ? scalar(place, this.#context.stage) : undefined;
      case 'env':
        return fromText(place, this.#context.env[address]);
      case 'aws':
        return this.#aws(place, address);
      case 'param':
        return this.at(['params', this.#context.stage, address]) ?? this.at(['params', 'default', address]);
      case 'file':
        return this.#file(place, parameter, address, at);
      default: {
        if (hasNext) return undefined;
        const message = `\${${text}} comes from a source that is not read here`;
        this.#problem(place, at, 'unsupported-variable', message, text, `${supported}; ${printHint}`);
        return 'failed';
      }
    }
  }

  #aws(place: Place, address: string): Tree | undefined {
    if (address === 'accountId') return scalar(place, this.#context.accountId);
    if (address === 'region') return this.at(['provider', 'region']) ?? scalar(place, 'us-east-1');
    return undefined;
  }

  #file(place: Place, name: string, address: string, at: Path): Tree | 'failed' | undefined {
    const file = path.resolve(this.#dir, name.replace(/^~/, this.#context.env['HOME'] ?? '~'));
    if (!existsSync(file)) return undefined;
    if (!/\.(ya?ml|json)$/.test(file)) {
      const expected = `a YAML or JSON file; ${printHint}`;
      this.#problem(
        place,
        at,
        'unsupported-file',
        `${name} is a program, and is not run here`,
        name,
        expected,
      );
      return 'failed';
    }
    const tree = this.#load(file);
    if (tree === undefined) return 'failed';
    return this.below(tree, address === '' ? [] : address.split('.'), at);
  }

  #load(file: string): Tree | undefined {
    if (this.#files.has(file)) return this.#files.get(file);
    const parsed = parseFile(file);
    if (!parsed.ok) {
      for (const error of parsed.errors) {
        const { message } = error;
        this.#problems.add(error, [], {
          code: 'not-yaml',
          message,
          found: '',
          expected: 'YAML that can be read',
        });
      }
    }
    const tree = parsed.ok ? parsed.tree : undefined;
    this.#files.set(file, tree);
    return tree;
  }

  #problem(place: Place, at: Path, code: string, message: string, found: string, expected: string): void {
    this.#problems.add(place, at, { code, message, found, expected });
  }
}

function scalar(place: Place, value: string | number | boolean | null): Tree {
  const { file, line, column } = place;
  return { file, line, column, kind: 'scalar', value };
}

function fromText(place: Place, value: string | undefined): Tree | undefined {
  return value === undefined ? undefined : scalar(place, value);
}

function missingHint(last: string): string {
  const text = last.trim();
  const variable = /^env:(\w+)$/.exec(text)?.[1];
  if (variable !== undefined)
    return `the environment variable ${variable}, or a default such as \${${text}, 'value'}`;
  const file = /^file\(([^)]*)\)/.exec(text)?.[1];
  if (file !== undefined) return `an existing file ${file} with that value in it`;
  return `one of ${listing(['self', 'opt', 'sls', 'env', 'param', 'file'], 'or')} that is set, or a default such as \${${text}, 'value'}`;
}
