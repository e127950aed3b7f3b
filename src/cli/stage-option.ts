import { stagePattern } from '../core/stage.ts';
import { type Input, type OptionSpec, UsageError } from './command.ts';

export const stageOption: OptionSpec = {
  type: 'value',
  short: 's',
  placeholder: 'STAGE',
  description: 'what ${stage} stands for',
  default: 'dev',
};

/** The stage as given, checked: it becomes part of names. */
export function stageOf(input: Input): string {
  const stage = input.value('stage') ?? 'dev';
  if (stagePattern.test(stage)) return stage;
  throw new UsageError(
    `"${stage}" cannot be a stage`,
    'letters, digits, hyphens and underscores, at most 63',
  );
}
