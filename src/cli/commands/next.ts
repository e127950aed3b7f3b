import { systemClock } from '../../adapters/system-clock.ts';
import type { Coming, ComingSlot } from '../../controller/next.ts';
import { comingSlots } from '../../core/calendar/coming.ts';
import { dayAndTime } from '../../core/calendar/words.ts';
import { defaultGuardrails } from '../../core/guardrails.ts';
import { withoutTricks } from '../../report/plain.ts';
import { ask } from '../aws/ask.ts';
import { readExperimentFiles } from '../aws/experiment-files.ts';
import { jsonOption, remoteOptions, withRemote } from '../aws/options.ts';
import { type Command, type Input, UsageError } from '../command.ts';
import type { CliContext } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { formatProblems, problemsAsJson } from '../input/format-problems.ts';
import { stageOf } from '../stage-option.ts';

const minuteMs = 60_000;
const mostSlots = 100;

export const next: Command = {
  name: 'next',
  summary: 'List the coming slots of schedules and game days, and why one is skipped',
  usage: '[NAME | FILE]',
  arity: [0, 1],
  details: `Each slot with the start of its run, drawn at random where the schedule has a jitter (always the same for the same slot),
and the reason where it would be skipped: a window, a holiday, a freeze. With a NAME only those of one experiment. With a FILE
nothing of AWS is asked: the slots that it would have if it were registered now, under settings that say nothing.

  inoculate next --stage prod
  inoculate next checkout-survives --count 20
  inoculate next experiments/checkout.yaml`,
  options: {
    ...remoteOptions,
    count: {
      type: 'value',
      placeholder: 'N',
      description: `so many slots, at most ${mostSlots}`,
      default: '10',
    },
    ...jsonOption,
  },
  run(input, context) {
    const [subject] = input.args;
    const count = countOf(input);
    if (subject !== undefined && /[./\\]/.test(subject)) return ofFile(subject, count, input, context);
    return withRemote(input, context, async (remote) => {
      const answer = await ask(remote, {
        inoculate: 'next/1',
        ...(subject === undefined ? {} : { experiment: subject }),
        count,
      });
      if (answer.result === 'unknown-experiment')
        throw new UsageError(
          `No experiment ${subject ?? ''} is registered at stage ${remote.stage}`,
          '"inoculate list" shows those that are; with a path to a file, "next" reads that',
        );
      tell(answer, input, context, `Nothing that is registered at stage ${remote.stage} has a slot to come.`);
      return exitCodes.held;
    });
  },
};

/** As if it were registered now, where no settings are stored. */
function ofFile(file: string, count: number, input: Input, context: CliContext): ExitCode {
  const stage = stageOf(input);
  const read = readExperimentFiles([file], stage, context);
  const [first] = read.ok ? read.files : [];
  if (!read.ok || first === undefined) {
    const problems = read.ok ? [] : read.problems;
    if (input.flag('json'))
      context.stdout.write(`${JSON.stringify({ problems: problemsAsJson(problems) }, null, 2)}\n`);
    else context.stderr.write(`${formatProblems(problems, { color: context.color })}\n`);
    return exitCodes.badInput;
  }
  const { experiment } = first;
  const now = systemClock.now();
  const since = Math.ceil(now / minuteMs) * minuteMs;
  const slots = comingSlots(experiment, defaultGuardrails(stage), now, count, { since });
  const answer: Coming = {
    result: 'next',
    slots: slots.map((slot) => ({
      ...slot,
      what: 'experiment',
      name: experiment.name,
      timezone: experiment.schedule?.timezone ?? 'UTC',
      run: null,
    })),
    notes: ['The settings of a controller may skip more: "inoculate next NAME" knows them.'],
  };
  const none =
    experiment.schedule === undefined
      ? `${experiment.name} has no schedule: it starts on request, or by its triggers.`
      : `The schedule of ${experiment.name} has no slot to come.`;
  tell(answer, input, context, none);
  return exitCodes.held;
}

function countOf(input: Input): number {
  const text = input.value('count') ?? '';
  const count = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (count >= 1 && count <= mostSlots) return count;
  throw new UsageError(`--count cannot be "${text}"`, `a whole number from 1 to ${mostSlots}`);
}

function tell(
  { slots, notes }: Pick<Coming, 'slots' | 'notes'>,
  input: Input,
  { stdout }: CliContext,
  none: string,
): void {
  if (input.flag('json')) {
    stdout.write(`${JSON.stringify({ slots: slots.map(asJson), notes }, null, 2)}\n`);
    return;
  }
  const lines = [...notes, ...(slots.length === 0 ? [none] : slots.flatMap(linesOf))];
  stdout.write(`${lines.map(withoutTricks).join('\n')}\n`);
}

function asJson({ at, startAt, run, ...rest }: ComingSlot): object {
  const iso = (instant: number): string => new Date(instant).toISOString();
  return {
    ...rest,
    at: iso(at),
    startAt: iso(run?.startAt ?? startAt),
    run: run === null ? null : { ...run, startAt: iso(run.startAt) },
  };
}

function linesOf({ at, startAt, name, what, timezone, skipped, run }: ComingSlot): readonly string[] {
  const subject = what === 'experiment' ? name : `game day ${name}`;
  const line = `${dayAndTime(at, timezone)} (${timezone})  ${subject}`;
  if (run === null && skipped !== null && what === 'experiment')
    return [line, `  skipped: ${skipped.reason}`];
  const start = run?.startAt ?? startAt;
  return [
    line,
    ...(start === at ? [] : [`  starts on ${dayAndTime(start, timezone)}`]),
    ...(run === null ? [] : [`  ${run.phase}: ${run.id}`]),
    ...(skipped === null
      ? []
      : [`  ${what === 'experiment' ? 'would be refused' : 'runs may be refused'}: ${skipped.reason}`]),
  ];
}
