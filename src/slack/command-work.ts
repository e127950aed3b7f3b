import type { Started } from '../controller/start.ts';
import type { RunId } from '../core/ids.ts';
import { commandUsages, type SlackCommand } from './command.ts';
import { decide } from './decisions.ts';
import { abortRun, setKillSwitch } from './stopping.ts';
import { code, date, escaped, type Reply, replyOf } from './reply.ts';
import { buttonsOf, runInFull, runLine, runMeant } from './runs.ts';
import { type Asker, requested, type WorkPorts } from './ports.ts';

/** A slash command, which may be called `/inoculate` or as the team likes. */
export async function doCommand(
  ports: WorkPorts,
  asker: Asker,
  command: SlackCommand,
  name: string,
): Promise<Reply> {
  switch (command.do) {
    case 'help':
      return help(ports, name);
    case 'mistake':
      return replyOf([`${escaped(command.say)} \`${escaped(name)} help\` shows the commands.`]);
    case 'list':
      return list(ports, asker);
    case 'start':
      return start(ports, asker, command.experiment);
    case 'status':
      return command.run === null ? status(ports, asker) : one(ports, asker, command.run);
    case 'next':
      return next(ports, asker, command.experiment);
    case 'abort':
      return meant(ports, command.run, (run) => abortRun(ports, asker, run, { pressed: false }));
    case 'kill-switch':
      return command.on === null
        ? status(ports, asker)
        : setKillSwitch(ports, asker, command.on, { pressed: false });
    case 'approve':
    case 'decline': {
      const { do: decision } = command;
      return meant(ports, command.run, (run) =>
        decide(ports, asker, { run, decision, seen: null }, { pressed: false }),
      );
    }
    case 'postpone':
      return meant(ports, command.run, (run) =>
        decide(
          ports,
          asker,
          { run, decision: 'postpone', byMs: command.byMs, seen: null },
          { pressed: false },
        ),
      );
  }
}

async function meant(ports: WorkPorts, text: string, then: (run: RunId) => Promise<Reply>): Promise<Reply> {
  const found = await runMeant(ports, text);
  return 'say' in found ? replyOf([found.say]) : then(found.run);
}

function help({ stage }: WorkPorts, name: string): Reply {
  const lines = commandUsages.map(
    ([command, usage, does]) =>
      `\`${escaped(name)} ${command}${usage === '' ? '' : ` ${escaped(usage)}`}\` ${escaped(does)}`,
  );
  return replyOf([`Inoculate, stage *${escaped(stage)}*`, lines.join('\n')]);
}

async function list(ports: WorkPorts, asker: Asker): Promise<Reply> {
  await asker.require('view');
  const { experiments } = await requested(ports, { inoculate: 'list/1' }, 'list');
  if (experiments.length === 0)
    return replyOf([
      `No experiment is registered at stage ${ports.stage}: \`inoculate register FILE\` does that.`,
    ]);
  return replyOf(
    experiments.map(({ name, version, experiment, lastRun }) =>
      [
        `*${escaped(name)}*, version ${version}: ${escaped(experiment.hypothesis)}`,
        lastRun === null ? 'no run yet' : `latest run: ${runLine(lastRun)}`,
      ].join('\n'),
    ),
  );
}

async function status(ports: WorkPorts, asker: Asker): Promise<Reply> {
  await asker.require('view');
  const { killSwitch, runs } = await requested(ports, { inoculate: 'status/1' }, 'status');
  const active = runs.filter(({ phase }) => phase !== 'ended');
  return replyOf([
    `${killSwitch ? ':no_entry: The kill switch is on: no run starts.' : 'The kill switch is off.'} ${underWay(active.length)} at stage ${escaped(ports.stage)}.`,
    ...active.map((run) =>
      run.phase === 'awaiting-approval'
        ? `${runLine(run)}\nIt waits for an approval: \`status ${run.id}\` shows it, \`approve ${run.id}\` approves it.`
        : runLine(run),
    ),
  ]);
}

function underWay(count: number): string {
  if (count === 0) return 'No run is under way';
  return count === 1 ? '1 run is under way' : `${count} runs are under way`;
}

async function one(ports: WorkPorts, asker: Asker, text: string): Promise<Reply> {
  await asker.require('view');
  return meant(ports, text, async (id) => {
    const found = await requested(ports, { inoculate: 'show/1', run: id }, 'run', 'unknown-run');
    if (found.result === 'unknown-run')
      return replyOf([`There is no run ${code(id)} at stage ${ports.stage}.`]);
    return replyOf(runInFull(found.run), { buttons: buttonsOf(found.run) });
  });
}

const idChars = 24;

async function start(ports: WorkPorts, asker: Asker, experiment: string): Promise<Reply> {
  await asker.require('start');
  const started = (await ports.invoke('start', {
    inoculate: 'start/1',
    experiment,
    // However often the queue hands it over, there is one run.
    id: asker.id.slice(0, idChars),
    by: asker.by,
    at: new Date(asker.at).toISOString(),
  })) as Started;
  if (started.result === 'refused') return replyOf([`Refused: ${escaped(started.reason)}`]);
  const found = await requested(ports, { inoculate: 'show/1', run: started.run }, 'run', 'unknown-run');
  const phase = found.result === 'run' ? found.run.phase : 'requested';
  if (found.result === 'run' && found.run.outcome?.result === 'refused')
    return replyOf([`Refused: ${escaped(found.run.outcome.reason)}`, code(started.run)], { forAll: true });
  return replyOf([`${escaped(asker.by)} started ${code(started.run)}: it is ${phase}.`], {
    forAll: true,
    buttons: found.result === 'run' ? buttonsOf(found.run) : [],
  });
}

const nextCount = 10;

async function next(ports: WorkPorts, asker: Asker, experiment: string | null): Promise<Reply> {
  await asker.require('view');
  const message = { inoculate: 'next/1', ...(experiment === null ? {} : { experiment }), count: nextCount };
  const answer = await requested(ports, message, 'next', 'unknown-experiment');
  if (answer.result === 'unknown-experiment')
    return replyOf([
      `No experiment ${code(answer.experiment)} is registered at stage ${escaped(ports.stage)}.`,
    ]);
  if (answer.slots.length === 0)
    return replyOf([...answer.notes.map(escaped), `Nothing is scheduled at stage ${escaped(ports.stage)}.`]);
  return replyOf([
    ...answer.notes.map(escaped),
    ...answer.slots.map(({ name, startAt, skipped, run }) => {
      const made = run === null ? '' : `\n${code(run.id)} is ${run.phase}`;
      return skipped === null
        ? `${date(run?.startAt ?? startAt)} *${escaped(name)}*${made}`
        : `${date(startAt)} ~${escaped(name)}~ skipped: ${escaped(skipped.reason)}`;
    }),
  ]);
}
