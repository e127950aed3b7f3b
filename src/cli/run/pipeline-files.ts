import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { systemClock } from '../../adapters/system-clock.ts';
import { renderJunit } from '../../report/junit.ts';
import { type PipelineResult, pipelineResultOf, withoutRun } from '../../report/pipeline.ts';
import type { RunRecord } from '../../report/record.ts';
import { type ReportAt, renderSummary } from '../../report/summary.ts';
import { type Input, type OptionSpecs, UsageError } from '../command.ts';
import type { CliContext } from '../context.ts';
import type { ExitCode } from '../exit-codes.ts';
import { stageOf } from '../stage-option.ts';

export const pipelineOptions = {
  junit: {
    type: 'value',
    placeholder: 'FILE',
    description: 'the result as JUnit XML, a case per signal; written anew',
  },
  summary: {
    type: 'value',
    placeholder: 'FILE',
    description: 'a short summary in Markdown, added to the end: for "$GITHUB_STEP_SUMMARY"',
  },
} as const satisfies OptionSpecs;

/** What a pipeline shows of a run. A file that was asked for is there in any case, also where the run is not. */
export interface PipelineFiles {
  write(record: RunRecord, report: ReportAt): Promise<void>;
  /** Why there is no run. */
  writeRefusal(sentence: string): Promise<void>;
}

interface About {
  readonly experiment: string;
  readonly where: PipelineResult['where'];
}

/**
 * Does the work with these files at hand. They are tried before it begins, since a verdict must not get lost over a folder that
 * cannot be written to; should the process be killed, the JUnit file says that the run was not seen to its end.
 */
export async function withPipelineFiles(
  input: Input,
  context: CliContext,
  about: About,
  work: (files: PipelineFiles) => Promise<ExitCode>,
): Promise<ExitCode> {
  const without = (sentence: string): PipelineResult =>
    withoutRun({
      ...about,
      sentence,
      stage: stageOf(input),
      startedAt: systemClock.now(),
      next: ['See what the command itself says: there is no run to report.'],
    });
  const files = new Files(input, context, without);
  await files.prepare(without('Not finished: the command ended before the run did.'));
  try {
    const code = await work(files);
    if (!files.written)
      await files.writeRefusal(`There was no run: the command ended with exit code ${code}.`);
    return code;
  } catch (error) {
    if (!files.written) await files.writeRefusal(error instanceof Error ? error.message : String(error));
    throw error;
  }
}

class Files implements PipelineFiles {
  readonly #junit: string | undefined;
  readonly #summary: string | undefined;
  readonly #without: (sentence: string) => PipelineResult;
  written = false;

  constructor(input: Input, { cwd }: CliContext, without: (sentence: string) => PipelineResult) {
    this.#without = without;
    const at = (name: string): string | undefined => {
      const file = input.value(name);
      return file === undefined ? undefined : resolve(cwd, file);
    };
    this.#junit = at('junit');
    this.#summary = at('summary');
  }

  async prepare(unfinished: PipelineResult): Promise<void> {
    await this.#into('--junit', this.#junit, (file) => writeFile(file, renderJunit(unfinished)));
    await this.#into('--summary', this.#summary, (file) => appendFile(file, ''));
  }

  write(record: RunRecord, report: ReportAt): Promise<void> {
    return this.#write(pipelineResultOf(record), report);
  }

  writeRefusal(sentence: string): Promise<void> {
    return this.#write(this.#without(sentence), null);
  }

  async #write(result: PipelineResult, report: ReportAt): Promise<void> {
    this.written = true;
    await this.#into('--junit', this.#junit, (file) => writeFile(file, renderJunit(result)));
    await this.#into('--summary', this.#summary, (file) => appendFile(file, renderSummary(result, report)));
  }

  async #into(
    option: string,
    file: string | undefined,
    write: (file: string) => Promise<void>,
  ): Promise<void> {
    if (file === undefined) return;
    try {
      await mkdir(dirname(file), { recursive: true });
      await write(file);
    } catch (error) {
      throw new UsageError(
        `${option} ${file} cannot be written: ${error instanceof Error ? error.message : String(error)}`,
        'a file in a folder that you may write to',
      );
    }
  }
}
