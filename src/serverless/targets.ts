import { lambdaRuntimes } from '../core/lambda-runtimes.ts';
import { listing, type Path, type Problem, show } from '../core/problem.ts';
import { suggest } from '../core/suggest.ts';
import type { FunctionConfig, Service } from './framework.ts';
import { didYouMean, type Refusal, type Settings } from './settings.ts';

/** A function that the layer is attached to. */
export interface Target {
  /** Its name in serverless.yml. */
  readonly key: string;
  readonly config: FunctionConfig;
}

const at: Path = ['custom', 'inoculate', 'targets'];

/** The named functions, or everything that keeps them from being targets. */
export function selectTargets(
  wanted: Settings['targets'],
  service: Service,
  runtimeOf: (config: FunctionConfig) => string,
): readonly Target[] | Refusal {
  const keys = service.getAllFunctions();
  const problems: Problem[] = [];
  const targets: Target[] = [];
  const fitting = keys.filter((key) => obstacle(service.getFunction(key), runtimeOf) === undefined);
  for (const [index, key] of (wanted === 'all' ? keys : [...new Set(wanted)]).entries()) {
    const path = wanted === 'all' ? at : [...at, index];
    if (!keys.includes(key)) {
      problems.push(unknownFunction(path, key, keys));
      continue;
    }
    const config = service.getFunction(key);
    const found = obstacle(config, runtimeOf);
    if (found === undefined) targets.push({ key, config });
    else problems.push({ ...found, path, message: `The function "${key}" ${found.message}` });
  }
  if (problems.length === 0) return targets;
  return {
    problems:
      wanted === 'all' ? problems.map((problem) => ({ ...problem, ...instead(problem, fitting) })) : problems,
  };
}

function unknownFunction(path: Path, key: string, keys: readonly string[]): Problem {
  const message = `No function is named "${key}"${didYouMean(suggest(key, keys))}`;
  const expected = keys.length > 0 ? listing(keys, 'or') : 'a function of this service';
  return { path, code: 'unknown-function', message, found: key, expected };
}

/** Why a function cannot be a target. */
function obstacle(
  config: FunctionConfig,
  runtimeOf: (config: FunctionConfig) => string,
): Omit<Problem, 'path'> | undefined {
  const node = `${listing(lambdaRuntimes, 'or')}, from an archive`;
  if (config.image != null) {
    const message = 'runs from a container image, where Lambda attaches no layers';
    return { code: 'image', message, found: show(config.image), expected: node };
  }
  // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/lambda-at-edge-function-restrictions.html
  if (config.events?.some((event) => event['cloudFront'] != null) === true) {
    const message = 'runs at the edge, where Lambda has neither layers nor environment variables';
    return { code: 'edge', message, found: 'cloudFront', expected: 'a function without a cloudFront event' };
  }
  const runtime = runtimeOf(config);
  if (lambdaRuntimes.some((known) => known === runtime)) return undefined;
  return { code: 'unsupported-runtime', message: `runs on ${runtime}`, found: runtime, expected: node };
}

function instead(problem: Problem, fitting: readonly string[]): Pick<Problem, 'expected'> {
  const list = `targets: [${fitting.join(', ')}]`;
  return {
    expected: fitting.length === 0 ? problem.expected : `${problem.expected}; or leave it out: ${list}`,
  };
}
