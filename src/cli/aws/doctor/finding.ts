import { FailureError } from '../../command.ts';
import { awsFailure } from '../failures.ts';

/** `warning`: nothing is broken, and somebody should know. `unknown`: it could not be looked at. */
export type State = 'ok' | 'warning' | 'wrong' | 'unknown';

export interface Finding {
  readonly state: State;
  /** What is so. */
  readonly message: string;
  /** How to mend it. */
  readonly help?: string;
}

export interface NamedFinding extends Finding {
  readonly check: string;
}

/** One thing to look at. What it throws means that it could not be looked at. */
export interface Check {
  readonly name: string;
  readonly look: () => Promise<readonly Finding[]>;
}

export const ok = (message: string): Finding => ({ state: 'ok', message });
export const warning = (message: string, help: string): Finding => ({ state: 'warning', message, help });
export const wrong = (message: string, help: string): Finding => ({ state: 'wrong', message, help });

/** All of them at once, whatever becomes of any; told in their order. */
export async function findingsOf(checks: readonly Check[], stage: string): Promise<readonly NamedFinding[]> {
  const found = await Promise.all(
    checks.map(async ({ name, look }) => {
      const findings = await look().catch((error: unknown) => [notLooked(error, stage)]);
      return findings.map((finding) => ({ check: name, ...finding }));
    }),
  );
  return found.flat();
}

function notLooked(error: unknown, stage: string): Finding {
  const told = awsFailure(error, { stage });
  const message =
    told instanceof Error
      ? `${told.name === 'Error' || told instanceof FailureError ? '' : `${told.name}: `}${told.message}`
      : String(told);
  const help = told instanceof FailureError ? told.help : undefined;
  return {
    state: 'unknown',
    message: `could not be looked at: ${message}`,
    ...(help === undefined ? {} : { help }),
  };
}

const words: Readonly<Record<State, string>> = { ok: 'ok', warning: 'note', wrong: 'WRONG', unknown: '?' };
const colors: Readonly<Record<State, string>> = { ok: '32', warning: '33', wrong: '31', unknown: '33' };

/** One line a finding, and one for its mending. */
export function formatFindings(findings: readonly NamedFinding[], color: boolean): string {
  const width = Math.max(...findings.map(({ check }) => check.length));
  return findings
    .map(({ check, state, message, help }) => {
      const word = words[state].padEnd(5);
      const sign = color ? `\u001b[${colors[state]}m${word}\u001b[0m` : word;
      return `${sign}  ${check.padEnd(width)}  ${message}\n${help === undefined ? '' : `       ${' '.repeat(width)}  help: ${help}\n`}`;
    })
    .join('');
}
