import { type Problem, show } from './problem.ts';
import { isMapping } from './schema-branch.ts';

const functionArn = /^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:([A-Za-z0-9_-]+)(:[A-Za-z0-9$_-]+)?$/;
const functionName = /^[A-Za-z0-9_-]{1,64}$/;

/** Targets name whole functions, each function once. */
export function checkTargets(targets: Readonly<Record<string, unknown>>): Problem[] {
  const owners = new Map<string, string>();
  return Object.entries(targets).flatMap(([name, target]): Problem[] => {
    if (!isMapping(target)) return [];
    const wrong = typeof target['lambda'] === 'string' ? checkLambda(name, target['lambda']) : [];
    if (wrong.length > 0) return wrong;
    const identity = identify(target);
    if (identity === undefined) return [];
    const owner = owners.get(identity);
    if (owner === undefined) {
      owners.set(identity, name);
      return [];
    }
    return [
      {
        path: ['targets', name],
        code: 'duplicate-target',
        message: `"${name}" is the same function as "${owner}"`,
        found: identity,
        expected: 'one target for each function',
        at: 'key',
      },
    ];
  });
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

/** Targets are in the controller's own account and Region, so that an ARN and its name are one function. */
function identify(target: Readonly<Record<string, unknown>>): string | undefined {
  const { lambda, service, function: key } = target;
  if (typeof lambda === 'string') return functionArn.exec(lambda)?.[1] ?? lambda;
  if (typeof service === 'string' && typeof key === 'string') return `${service}: ${key}`;
  return undefined;
}
