import { optInTag } from '../core/opt-in.ts';
import { type Path, type Problem, show } from '../core/problem.ts';
import type { FunctionConfig, ProviderConfig, Values } from './framework.ts';
import type { Refusal } from './settings.ts';
import type { Target } from './targets.ts';

/** Where the layer's wrapper lies in a function. */
export const wrapper = '/opt/inoculate/wrapper';

/** https://docs.aws.amazon.com/lambda/latest/dg/chapter-layers.html */
const mostLayers = 5;

/** What a function's configuration becomes; everything else of it stays. */
export type Attachment = Required<Pick<FunctionConfig, 'layers' | 'environment' | 'tags'>>;

/** Layer, wrapper, table and tag for a target, on top of what it has; or what stands in the way. */
export function attachmentOf(
  { key, config }: Target,
  provider: ProviderConfig,
  { layer, table }: { readonly layer: unknown; readonly table: string },
): Attachment | Refusal {
  const path: Path = ['functions', key];
  const layers = withLayer(config.layers ?? provider.layers ?? [], layer);
  const environment = variables({ ...provider.environment, ...config.environment }, table);
  const problems = [
    ...(layers.length > mostLayers ? [tooManyLayers([...path, 'layers'], key)] : []),
    ...conflicts({ ...provider.environment, ...config.environment }, environment, [...path, 'environment']),
    ...conflicts({ ...provider.tags, ...config.tags }, tag, [...path, 'tags']),
  ];
  if (problems.length > 0) return { problems };
  return {
    layers,
    environment: { ...config.environment, ...environment, AWS_LAMBDA_EXEC_WRAPPER: wrapper },
    tags: { ...config.tags, ...tag },
  };
}

const tag: Values = { [optInTag.key]: optInTag.value };

function withLayer(before: readonly unknown[], layer: unknown): readonly unknown[] {
  const isOurs = (other: unknown): boolean => JSON.stringify(other) === JSON.stringify(layer);
  return before.some(isOurs) ? before : [...before, layer];
}

/** The variables beside the wrapper's own; the one that was configured before goes into the chain. */
function variables(before: Values, table: string): Values {
  const earlier = before['AWS_LAMBDA_EXEC_WRAPPER'];
  const chained = earlier != null && earlier !== '' && earlier !== wrapper;
  return { INOCULATE_TABLE: table, ...(chained ? { INOCULATE_EXEC_WRAPPER: earlier } : {}) };
}

/** What somebody has set by hand is theirs: two answers to one question are for them to settle. */
function conflicts(before: Values, wanted: Values, path: Path): readonly Problem[] {
  return Object.entries(wanted).flatMap(([name, value]) => {
    const found = before[name];
    if (found == null || JSON.stringify(found) === JSON.stringify(value)) return [];
    const message = `This is ${show(found)} already, and a target of Inoculate needs ${show(value)}`;
    const expected = 'nothing here, or another setting in custom.inoculate';
    return [{ path: [...path, name], code: 'conflict', message, found: show(found), expected }];
  });
}

function tooManyLayers(path: Path, key: string): Problem {
  const message = `The function "${key}" would have more than ${mostLayers} layers, which is as many as Lambda allows`;
  return {
    path,
    code: 'too-many-layers',
    message,
    found: '',
    expected: `at most ${mostLayers - 1} of its own`,
  };
}
