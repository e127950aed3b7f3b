import type { Journal } from './api.ts';

/** What a fault makes of a process that ends (`sandbox.exit`): in a test, the runner's process goes on. */
export class SandboxExit extends Error {
  readonly exitCode: number;

  /** @internal */
  constructor(exitCode: number) {
    super(`the process of the function ends with exit code ${exitCode}, and nothing answers its caller`);
    this.name = 'SandboxExit';
    this.exitCode = exitCode;
  }
}

const mostShown = 10;

/** The code under test made other calls than the journal that was replayed. */
export class DifferentCalls extends Error {
  readonly code = 'INOCULATE_DIFFERENT_CALLS';
  readonly differences: readonly string[];

  /** @internal */
  constructor(differences: readonly string[], journal: Journal) {
    const shown = differences.slice(0, mostShown).map((one) => `  - ${one}`);
    const more = differences.length > mostShown ? [`  … and ${differences.length - mostShown} more`] : [];
    const head =
      'The code made other calls than the journal that is replayed, which was injected as far as it fits:';
    super(
      [head, ...shown, ...more, `Record anew with ${chanceIn(journal)}, or take differences: 'report'.`].join(
        '\n',
      ),
    );
    this.name = 'DifferentCalls';
    this.differences = differences;
  }
}

/** How a run is repeated, as options. @internal */
export function chanceIn({ seed, like }: Journal): string {
  return like === undefined ? `seed: ${JSON.stringify(seed)}` : `like: ${JSON.stringify(like)}`;
}
