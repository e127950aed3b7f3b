import { type Path, show } from '../../core/problem.ts';
import type { ProblemList } from './problem.ts';
import { type Place, toValue, type Tree } from './tree.ts';
import type { Variables } from './variables.ts';

/** Reads typed values out of a service's tree; what has another type is a problem, and reads as missing. */
export class Reader {
  readonly #variables: Variables;
  readonly #problems: ProblemList;

  constructor(variables: Variables, problems: ProblemList) {
    this.#variables = variables;
    this.#problems = problems;
  }

  at(path: Path): Tree | undefined {
    return this.#variables.at(path);
  }

  below(tree: Tree | undefined, steps: Path, at: Path): Tree | undefined {
    return this.#variables.below(tree, steps, at);
  }

  deep(tree: Tree, at: Path): Tree | undefined {
    return this.#variables.deep(tree, at);
  }

  text(tree: Tree | undefined, at: Path): string | undefined {
    if (tree === undefined || isNull(tree)) return undefined;
    if (tree.kind === 'scalar') return String(tree.value);
    return this.wrongType(tree, at, 'a string');
  }

  /** A whole number within bounds. */
  integer(tree: Tree | undefined, at: Path, min: number, max: number, unit: string): number | undefined {
    if (tree === undefined || isNull(tree)) return undefined;
    const value = tree.kind === 'scalar' ? Number(tree.value) : NaN;
    if (Number.isInteger(value) && value >= min && value <= max) return value;
    return this.wrongType(tree, at, `a whole number of ${unit} from ${min} to ${max}`);
  }

  /** Entries of a map, or of a list of maps, as the framework allows for functions and resources. */
  entries(tree: Tree | undefined, at: Path, expected: string): (readonly [string, Tree])[] {
    if (tree === undefined || isNull(tree)) return [];
    if (tree.kind === 'map') return [...tree.entries];
    if (tree.kind === 'list') {
      return tree.items.flatMap((item, index) => {
        const part = this.#variables.resolve(item, [...at, index]);
        return this.entries(part, [...at, index], expected);
      });
    }
    this.wrongType(tree, at, expected);
    return [];
  }

  list(tree: Tree | undefined, at: Path, expected: string): readonly Tree[] {
    if (tree === undefined || isNull(tree)) return [];
    if (tree.kind === 'list') return tree.items;
    this.wrongType(tree, at, expected);
    return [];
  }

  wrongType(tree: Tree, at: Path, expected: string): undefined {
    this.problem(tree, at, 'wrong-type', `This is not ${expected}`, show(toValue(tree)), expected);
  }

  problem(place: Place, at: Path, code: string, message: string, found: string, expected: string): void {
    this.#problems.add(place, at, { code, message, found, expected });
  }
}

export function isNull(tree: Tree): boolean {
  return tree.kind === 'scalar' && tree.value === null;
}
