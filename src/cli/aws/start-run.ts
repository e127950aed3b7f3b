import { randomUUID } from 'node:crypto';
import { systemClock } from '../../adapters/system-clock.ts';
import type { RunId } from '../../core/ids.ts';
import { FailureError, UsageError } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { askToStart } from './ask.ts';
import type { Remote } from './remote.ts';

const idLength = 12;

/** Asks for a run now. What a guard refuses is a run as well, which ends as refused. */
export async function startRun(remote: Remote, experiment: string, by: string): Promise<RunId> {
  const started = await askToStart(remote, {
    inoculate: 'start/1',
    experiment,
    // Of the request: however often it is sent again, there is one run.
    id: randomUUID().replaceAll('-', '').slice(0, idLength),
    by,
    at: new Date(systemClock.now()).toISOString(),
  });
  if (started.result !== 'refused') return started.run;
  if (started.code === 'unknown-experiment')
    throw new UsageError(
      `No experiment ${experiment} is registered at stage ${remote.stage}`,
      '"inoculate register FILE" does that; "inoculate list" shows those that are',
    );
  throw new FailureError(`Refused: ${started.reason}`, { exitCode: exitCodes.refused });
}
