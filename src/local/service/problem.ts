import { formatPath, type Path } from '../../core/problem.ts';
import type { Place } from './tree.ts';

/** One mistake in a serverless.yml or a file that it includes. */
export interface ServiceProblem extends Place {
  /** Where in the service: `functions.checkout.timeout`; empty for the whole. */
  readonly path: string;
  /** Stable, for tools: `unsupported-runtime`, … */
  readonly code: string;
  /** What is wrong, in a sentence without full stop. */
  readonly message: string;
  /** What stands there. */
  readonly found: string;
  /** What would be right. */
  readonly expected: string;
}

/** What keeps a service from running here: all of it at once. */
export interface ServiceProblems {
  readonly problems: readonly ServiceProblem[];
}

/** Collects problems while a service is read. */
export class ProblemList {
  readonly #problems: ServiceProblem[] = [];
  #told = 0;

  /** How often `add` was called, for whoever asks whether something has said what is wrong already. */
  get told(): number {
    return this.#told;
  }

  get all(): readonly ServiceProblem[] {
    return this.#problems;
  }

  /** The same mistake, met again by way of another function, is told once. */
  add(
    place: Place,
    path: Path,
    mistake: Pick<ServiceProblem, 'code' | 'message' | 'found' | 'expected'>,
  ): void {
    this.#told += 1;
    const { file, line, column } = place;
    const same = this.#problems.some(
      (other) =>
        other.file === file &&
        other.line === line &&
        other.column === column &&
        other.message === mistake.message,
    );
    if (!same) this.#problems.push({ file, line, column, path: formatPath(path), ...mistake });
  }
}
