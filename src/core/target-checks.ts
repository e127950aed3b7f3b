import type { Entry } from './experiment-parts.ts';
import type { TargetType } from './facts.ts';
import { placeOf } from './placement.ts';
import { type Problem, show } from './problem.ts';
import { isMapping } from './schema-branch.ts';
import { nameIn, nameRules } from './target-names.ts';
import { targetTypes, typeTold } from './target-type.ts';

const functionArn = /^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:([A-Za-z0-9_-]+)(:[A-Za-z0-9$_-]+)?$/;
const functionName = /^[A-Za-z0-9_-]{1,64}$/;

/** Each target can be the name of a thing of its type, and each thing has one name in the file. */
export function checkTargets(targets: Readonly<Record<string, unknown>>): Problem[] {
  const owners = new Map<string, string>();
  return Object.entries(targets).flatMap(([name, target]): Problem[] => {
    if (!isMapping(target)) return [];
    const type = typeTold(target);
    const wrong = checkName(name, target, type);
    if (wrong.length > 0 || type === undefined) return wrong;
    const identity = identify(target, type);
    if (identity === undefined) return [];
    const owner = owners.get(`${type} ${identity}`);
    if (owner === undefined) {
      owners.set(`${type} ${identity}`, name);
      return [];
    }
    return [
      {
        path: ['targets', name],
        code: 'duplicate-target',
        message: `"${name}" is the same ${nounOf(type)} as "${owner}"`,
        found: identity,
        expected: `one target for each ${nounOf(type)}`,
        at: 'key',
      },
    ];
  });
}

function checkName(
  name: string,
  target: Readonly<Record<string, unknown>>,
  type: TargetType | undefined,
): Problem[] {
  if (type === 'function')
    return typeof target['lambda'] === 'string' ? checkLambda(name, target['lambda']) : [];
  return (type === undefined ? [] : nameRules[type]).flatMap((rule): Problem[] => {
    const text = target[rule.property];
    // An unknown variable is told as such.
    if (typeof text !== 'string' || text.includes('${') || nameIn(text, rule) !== undefined) return [];
    return [
      {
        path: ['targets', name, rule.property],
        code: 'not-a-name',
        message: `${show(text)} cannot be the name of ${rule.what}`,
        found: text,
        expected: rule.expected,
      },
    ];
  });
}

/** Each fault's target is of the type that its kind takes. */
export function checkTaken(faults: readonly Entry[], targets: Readonly<Record<string, unknown>>): Problem[] {
  return faults.flatMap(({ path, value: { kind, target } }): Problem[] => {
    const place = placeOf(kind);
    if (place === undefined || typeof target !== 'string' || !Object.hasOwn(targets, target)) return [];
    const named = targets[target];
    const type = isMapping(named) ? typeTold(named) : undefined;
    if (type === undefined || type === place.takes) return [];
    const taken = targetTypes.find((known) => known === place.takes);
    return [
      {
        path: [...path, 'target'],
        code: 'wrong-target-type',
        message: `${String(kind)} takes ${taken === undefined ? place.takes : wordsFor[taken].what}, and ${show(target)} is ${wordsFor[type].what}`,
        found: target,
        expected: taken === undefined ? 'another target' : `write ${wordsFor[taken].example} for it`,
      },
    ];
  });
}

/** What a target of each type is called, and how it is written. */
const wordsFor: Readonly<Record<TargetType, { readonly what: string; readonly example: string }>> = {
  function: { what: 'a function', example: '{ lambda: NAME } or { service: SERVICE, function: KEY }' },
  'event-source': { what: 'an event source', example: '{ eventSource: NAME, consumer: FUNCTION }' },
  table: { what: 'a table', example: '{ table: NAME }' },
  queue: { what: 'a queue', example: '{ queue: NAME }' },
  topic: { what: 'a topic', example: '{ topic: NAME }' },
  bucket: { what: 'a bucket', example: '{ bucket: NAME }' },
  rule: { what: 'a rule', example: '{ rule: NAME }, with bus: BUS where it is not the default one' },
  'api-stage': { what: 'a stage of an API', example: '{ api: ID, apiStage: STAGE }' },
  'health-check': { what: 'a health check', example: '{ healthCheck: ID }' },
  'fis-template': { what: 'an experiment template of AWS FIS', example: '{ fisTemplate: ID }' },
};

function nounOf(type: TargetType): string {
  return wordsFor[type].what.replace(/^an? /, '');
}

function checkLambda(name: string, lambda: string): Problem[] {
  const problem = (code: string, message: string, expected: string): Problem[] => [
    { path: ['targets', name, 'lambda'], code, message, found: lambda, expected },
  ];
  const unqualified = 'the function without version or alias: a fault reaches all of its versions';
  if (lambda.startsWith('arn:')) {
    const match = functionArn.exec(lambda);
    const example = 'arn:aws:lambda:eu-central-1:123456789012:function:NAME';
    if (match === null)
      return problem('not-a-function', `${show(lambda)} is not the ARN of a Lambda function`, example);
    return match[2] === undefined
      ? []
      : problem('qualified-function', 'A version or alias cannot be a target', unqualified);
  }
  if (functionName.test(lambda)) return [];
  // An unknown variable is told as such.
  if (lambda.includes('${')) return [];
  if (/^[A-Za-z0-9_-]{1,64}:[A-Za-z0-9$_-]+$/.test(lambda)) {
    return problem('qualified-function', 'A version or alias cannot be a target', unqualified);
  }
  const expected = 'at most 64 letters, digits, hyphens and underscores, or an ARN';
  return problem('not-a-function', `${show(lambda)} cannot be the name of a Lambda function`, expected);
}

/** Targets are in the controller's own account and Region, so that an ARN and its name are one thing. */
function identify(target: Readonly<Record<string, unknown>>, type: TargetType): string | undefined {
  if (type !== 'function') {
    const parts = nameRules[type].map((rule) => {
      const text = target[rule.property] ?? (rule.property === 'bus' ? 'default' : undefined);
      return typeof text === 'string' ? nameIn(text, rule) : undefined;
    });
    return parts.includes(undefined) ? undefined : parts.join(' ');
  }
  const { lambda, service, function: key } = target;
  if (typeof lambda === 'string') return functionArn.exec(lambda)?.[1] ?? lambda;
  if (typeof service === 'string' && typeof key === 'string') return `${service}: ${key}`;
  return undefined;
}
