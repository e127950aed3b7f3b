import { systemClock } from '../../adapters/system-clock.ts';
import type { EpochMs } from '../../core/ids.ts';
import { parseDuration } from '../../core/units.ts';
import { decideOnRun } from '../aws/decide-on-run.ts';
import { jsonOption, remoteOptions } from '../aws/options.ts';
import { type Command, type Input, UsageError } from '../command.ts';

export const postpone: Command = {
  name: 'postpone',
  summary: 'Put off the start of a run that is announced or waits for an approval',
  usage: 'RUN',
  arity: [1, 1],
  details: `RUN is a run's id, or an experiment's name for its only run under way. The whole run must still lie in its window. An
approval that was given for the earlier time does not count any more while the run waits for one.

  inoculate postpone checkout-survives --by 1h
  inoculate postpone checkout-survives --until 2026-12-04T14:00Z

Exit codes: 0 postponed, 3 refused.`,
  options: {
    ...remoteOptions,
    by: {
      type: 'value',
      placeholder: 'TIME',
      description: 'how much later, such as 30m or 1h; without it 1h',
    },
    until: { type: 'value', placeholder: 'INSTANT', description: 'the new start, with its time zone' },
    ...jsonOption,
  },
  run(input, context) {
    const newStart = newStartOf(input);
    return decideOnRun(input, context, 'postpone', ({ startAt }) => newStart(startAt));
  },
};

function newStartOf(input: Input): (startAt: EpochMs) => EpochMs {
  const [by, until] = [input.value('by'), input.value('until')];
  if (by !== undefined && until !== undefined)
    throw new UsageError('--by and --until are two ways to say one thing', 'leave one of them out');
  if (until !== undefined) {
    const at = instantOf(until);
    return () => at;
  }
  const later = parseDuration(by ?? '1h');
  if (!later.ok) throw new UsageError(`--by: ${later.message}`, later.expected);
  return (startAt) => Math.ceil(Math.max(startAt, systemClock.now()) + later.value);
}

/** Without a time zone nobody could say which instant is meant. */
function instantOf(text: string): EpochMs {
  const at = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})$/.test(text)
    ? Date.parse(text)
    : NaN;
  if (Number.isNaN(at))
    throw new UsageError(
      `--until: "${text}" is no instant with its time zone`,
      'such as 2026-12-04T14:00Z or 2026-12-04T15:00+01:00',
    );
  return at;
}
