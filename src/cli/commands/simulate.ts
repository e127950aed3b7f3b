import type { Plant } from '../../simulation/plant.ts';
import { plants } from '../../simulation/plants.ts';
import { type Campaign, shrink, simulateMany } from '../../simulation/campaign.ts';
import { type Command, type Input, UsageError } from '../command.ts';
import type { CliContext } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { table } from '../help.ts';

/** The end of a history says the most. */
const shownLines = 80;

export const simulate: Command = {
  name: 'simulate',
  summary: "Check Inoculate's own promises in simulated histories full of failures",
  usage: '',
  arity: [0, 0],
  details: `Runs the real engine in a simulated world: calls fail, hang, come late or twice, processes die, clocks differ, people and
alarms interfere. After every step it checks the promises of docs/RELIABILITY.md. The seed decides everything.

  inoculate simulate --runs 5000 --seed 1
  inoculate simulate --runs 5000 --plant no-undo-write

With --plant one bug is put in on purpose, to show that it is found:

${table(plants.map((plant): [string, string] => [plant.name, plant.bug]))}`,
  options: {
    runs: { type: 'value', placeholder: 'N', description: 'how many histories', default: '1000' },
    seed: { type: 'value', placeholder: 'S', description: 'the first seed; the others follow', default: '1' },
    plant: { type: 'value', placeholder: 'NAME', description: 'a bug to put in on purpose' },
  },
  async run(input, context) {
    const [runs, seed] = [wholeNumber(input, 'runs', 1), wholeNumber(input, 'seed', 0)];
    const plant = plantOf(input);
    const campaign = await simulateMany({ runs, seed, plant, onProgress: progress(context, runs) });
    if (campaign.failure !== null) await tellFailure(context, campaign, plant);
    else tellSuccess(context, campaign, seed, plant);
    return (campaign.failure === null) === (plant === null) ? exitCodes.held : exitCodes.deviated;
  },
};

function wholeNumber(input: Input, name: string, least: number): number {
  const text = input.value(name) ?? '';
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least)
    throw new UsageError(`--${name} is ${text}; it takes a whole number from ${least}`);
  return value;
}

function plantOf(input: Input): Plant | null {
  const name = input.value('plant');
  if (name === undefined) return null;
  const plant = plants.find((candidate) => candidate.name === name);
  if (plant === undefined)
    throw new UsageError(
      `There is no planted bug "${name}"`,
      `They are: ${plants.map((one) => one.name).join(', ')}`,
    );
  return plant;
}

function progress({ isTTY, stderr }: CliContext, runs: number): (done: number) => void {
  return (done) => {
    if (isTTY && (done % 50 === 0 || done === runs))
      stderr.write(`\r${done} of ${runs}${done === runs ? '\n' : ''}`);
  };
}

function tellSuccess({ stdout }: CliContext, campaign: Campaign, seed: number, plant: Plant | null): void {
  const { runs, happened, mishaps, seen } = campaign;
  const count = (what: string): number => seen.get(what) ?? 0;
  const found = plant === null ? 'every promise held' : `the bug "${plant.name}" was not found`;
  stdout.write(`${runs} histories from seed ${seed}: ${found}
  ${happened} steps, ${mishaps} mishaps
  ${count('run')} runs, of which ${count('phase: injecting')} got as far as injecting and ${count('applied')} changes took effect
  ${count('apply started in the window after its last look')} applies in the moment before an abort, ${count('lock taken over')} locks taken over, ${count('reopened')} runs opened again, ${count('published again')} changes told twice
`);
}

async function tellFailure(
  { stdout, stderr }: CliContext,
  campaign: Campaign,
  plant: Plant | null,
): Promise<void> {
  const { failure, runs } = campaign;
  if (failure === null) return;
  stderr.write(`\nHistory ${runs} breaks a promise; looking for the shortest form of it …\n`);
  const { result, history, mask } = await shrink(failure, plant);
  const planted = plant === null ? '' : ` --plant ${plant.name}`;
  const left = mask.limit - mask.skipped.size;
  const cut = history.length - shownLines;
  stdout.write(`${cut > 0 ? `… ${cut} steps before\n` : ''}${history.slice(-shownLines).join('\n')}

Promise ${failure.violation?.promise} is broken: ${result.violation?.text ?? failure.violation?.text}
Found in history ${runs}, with ${failure.mishaps} mishaps; ${left} of them are enough (shown above).
Again: inoculate simulate --runs 1 --seed ${failure.seed}${planted}
`);
}
