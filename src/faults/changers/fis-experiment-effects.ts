import {
  type ExperimentSummary,
  FisClient,
  GetExperimentTemplateCommand,
  ListExperimentsCommand,
  ResourceNotFoundException,
  StartExperimentCommand,
  StopExperimentCommand,
} from '@aws-sdk/client-fis';
import type { AwsClients } from '../../aws/clients.ts';
import { optInTag } from '../../aws/opt-in.ts';
import { EffectError } from '../../engine/errors.ts';
import type { Json, ReadResult } from '../../engine/ports.ts';
import type { AppliedContext, ChangeContext, Effects } from '../module.ts';
import { withoutChange } from './aws-errors.ts';

/** By this tag our experiment is told from all others; its value is the run's marker. */
const markerTag = 'inoculate-run';

/** FIS keeps experiments for 120 days and lists them in pages of 100: beyond this many, something is wrong. */
const maxPages = 50;

const over: ReadonlySet<string> = new Set(['completed', 'stopped', 'failed', 'cancelled']);

/** What a revert stops: all experiments with this tag, which is one, or none where it was never started. */
interface Undo {
  readonly template: string;
  readonly token: string;
}

export function open(aws: AwsClients): Effects {
  const fis = new Fis(aws);
  return {
    async capture(context) {
      const { target, marker } = context;
      if (!(await fis.hasTemplate(target.id, context.signal))) throw absent(context);
      return { template: target.id, token: marker };
    },

    async apply(context) {
      const undo = undoOf(context.undo);
      const known = await withoutChange('Looking for the FIS experiment', () =>
        fis.experimentsOf(undo, context.signal),
      );
      if (known.length > 0) return;
      try {
        await fis.start(undo, context.signal);
      } catch (error) {
        if (error instanceof ResourceNotFoundException) throw absent(context);
        throw error;
      }
    },

    async revert(context) {
      const undo = undoOf(context.undo);
      const running = (await fis.experimentsOf(undo, context.signal)).filter(isRunning);
      for (const { id, state } of running)
        if (state?.status !== 'stopping') await fis.stop(id ?? '', context.signal);
      return readBack(context, running.length > 0);
    },

    readBack: (context) => readBack(context, false),
  };

  /** An experiment that nobody here has stopped ended by itself, and people are told how. */
  async function readBack(context: AppliedContext, stoppedNow: boolean): Promise<ReadResult> {
    const undo = undoOf(context.undo);
    const found = await fis.experimentsOf(undo, context.signal);
    const running = found.filter(isRunning);
    if (running.length > 0) return { read: 'ours', detail: running.map(describe).join('; ') };
    if (found.length > 0)
      return { read: 'clean', detail: `${stoppedNow ? 'stopped: ' : ''}${found.map(describe).join('; ')}` };
    // Without its template nothing more can be started, but what runs goes on: that was asked first.
    return (await fis.hasTemplate(undo.template, context.signal))
      ? { read: 'clean', detail: '' }
      : { read: 'absent', detail: '' };
  }
}

class Fis {
  readonly #reader: FisClient;
  readonly #writer: FisClient;

  constructor(aws: AwsClients) {
    this.#reader = aws.get(FisClient);
    this.#writer = aws.sendingOnce(FisClient);
  }

  async hasTemplate(id: string, abortSignal: AbortSignal): Promise<boolean> {
    try {
      await this.#reader.send(new GetExperimentTemplateCommand({ id }), { abortSignal });
      return true;
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return false;
      throw error;
    }
  }

  /** FIS lists in no stated order and filters by no tag. */
  async experimentsOf({ token }: Undo, abortSignal: AbortSignal): Promise<readonly ExperimentSummary[]> {
    const found: ExperimentSummary[] = [];
    let nextToken: string | undefined;
    for (let page = 0; page < maxPages; page += 1) {
      const answer = await this.#reader.send(
        new ListExperimentsCommand({ maxResults: 100, ...(nextToken !== undefined && { nextToken }) }),
        { abortSignal },
      );
      found.push(...(answer.experiments ?? []).filter(({ tags }) => tags?.[markerTag] === token));
      nextToken = answer.nextToken;
      if (nextToken === undefined) return found;
    }
    throw new EffectError('too-many-experiments', `FIS lists more than ${maxPages * 100} experiments`, {
      unknown: false,
    });
  }

  /** FIS takes the same token for the same experiment: sent twice, it starts one. */
  async start({ template, token }: Undo, abortSignal: AbortSignal): Promise<void> {
    await this.#writer.send(
      new StartExperimentCommand({
        experimentTemplateId: template,
        clientToken: token,
        tags: { [markerTag]: token, [optInTag.key]: optInTag.value },
      }),
      { abortSignal },
    );
  }

  async stop(id: string, abortSignal: AbortSignal): Promise<void> {
    await this.#writer.send(new StopExperimentCommand({ id }), { abortSignal });
  }
}

function isRunning({ state }: ExperimentSummary): boolean {
  return !over.has(state?.status ?? '');
}

function describe({ id, state }: ExperimentSummary): string {
  const { status = 'in no known state', reason = '' } = state ?? {};
  return `FIS experiment ${id} is ${status}${reason === '' ? '' : `: ${reason}`}`;
}

function absent({ target }: ChangeContext): EffectError {
  return new EffectError('absent', `${target.arn} does not exist`, { unknown: false });
}

/** As `capture` stored it; a record of another form means that nothing may be done. */
function undoOf(undo: Json): Undo {
  if (typeof undo === 'object' && undo !== null && 'template' in undo && 'token' in undo) {
    const { template, token } = undo;
    if (typeof template === 'string' && typeof token === 'string') return { template, token };
  }
  throw new EffectError(
    'bad-undo-record',
    `Not an undo record of a FIS experiment: ${JSON.stringify(undo)}`,
    {
      unknown: false,
    },
  );
}
