import { join } from 'node:path';
import { runCli } from '../../../src/cli/cli.ts';
import { commands } from '../../../src/cli/commands/index.ts';
import type { Caller, Remote, RemoteFunction, RemoteSettings } from '../../../src/cli/aws/remote.ts';
import { AwsClients } from '../../../src/aws/clients.ts';
import type { JournalEntry } from '../../../src/core/journal.ts';
import type { Run } from '../../../src/core/run.ts';
import { plans } from '../report/support/plans.ts';
import { syntheticRun } from '../report/support/synthetic-run.ts';
import { recordingContext } from './support.ts';

/** What the controller answers, by function and by the message's `inoculate`. An error is thrown. */
export type Answers = Readonly<Record<string, unknown>>;

export interface Called {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly sent: readonly { readonly to: RemoteFunction; readonly message: object }[];
  readonly settings: RemoteSettings | undefined;
  readonly waits: readonly number[];
}

const ada: Caller = {
  account: '123456789012',
  partition: 'aws',
  arn: 'arn:aws:sts::123456789012:assumed-role/Admin/ada',
};

/** Runs one command line against a controller that gives these answers; a function of the message may give one. */
export async function cli(
  argv: readonly string[],
  answers: Answers,
  {
    cwd = join(import.meta.dirname, '../../e2e/fixtures'),
    caller = () => Promise.resolve(ada),
    aws = new AwsClients(),
  } = {},
): Promise<Called> {
  const sent: { to: RemoteFunction; message: object }[] = [];
  const waits: number[] = [];
  let settings: RemoteSettings | undefined;
  const connect = (given: RemoteSettings): Remote => {
    settings = given;
    return {
      stage: given.stage,
      aws,
      region: () => Promise.resolve('eu-central-1'),
      caller,
      prove: (decision) =>
        Promise.resolve({ authorization: JSON.stringify(decision), date: '', securityToken: null }),
      wait: (ms) => Promise.resolve(void waits.push(ms)),
      close: () => undefined,
      invoke: (to, message) => {
        sent.push({ to, message });
        const kind = 'inoculate' in message ? String(message.inoculate) : '';
        const given: unknown = Object.hasOwn(answers, kind) ? answers[kind] : undefined;
        if (given === undefined) throw new Error(`Nobody said what ${kind} is answered with`);
        const answer: unknown =
          typeof given === 'function' ? (given as (message: object) => unknown)(message) : given;
        return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
      },
    };
  };
  const context = { ...recordingContext(cwd), connect };
  const code = await runCli({ version: '0', commands }, argv, context);
  return { code, out: context.out(), err: context.err(), sent, settings, waits };
}

export interface Recorded {
  readonly run: Run;
  readonly journal: readonly JournalEntry[];
}

export function recorded(plan: keyof typeof plans): Recorded {
  const { run, journal } = syntheticRun(plans[plan]);
  return { run, journal };
}

/** The controller's answer to `show/1`, page by page. */
export function shown({ run, journal }: Recorded, perPage = 1_000_000) {
  return (message: { after?: number }): object => ({
    result: 'run',
    run: { ...run, nextJournalSeq: (journal.at(-1)?.seq ?? 0) + 1 },
    journal: journal.filter(({ seq }) => seq > (message.after ?? -1)).slice(0, perPage),
  });
}
