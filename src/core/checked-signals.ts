import type { Entry } from './experiment-parts.ts';
import { type Problem, show } from './problem.ts';
import { isMapping } from './schema-branch.ts';
import { formatDuration } from './units.ts';

type File = Readonly<Record<string, unknown>>;

const minuteMs = 60_000;
const defaultPeriodMs = minuteMs;
const shortPeriodsMs: readonly number[] = [10_000, 20_000, 30_000];

/** Signals that are kept or broken at each look: each can be read, and is known in time. */
export function checkCheckedSignals(signals: readonly Entry[], file: File): Problem[] {
  return signals.flatMap((signal): Problem[] => {
    switch (signal.value['signal']) {
      case 'cloudwatch.metric':
        return [...checkPeriod(signal, file), ...checkAmounts(signal)];
      case 'http.probe':
        return [...checkUrl(signal), ...checkMethod(signal)];
      case 'lambda.probe':
        return checkFunction(signal);
      default:
        return [];
    }
  });
}

function checkPeriod({ path, value }: Entry, file: File): Problem[] {
  const { period = defaultPeriodMs } = value;
  if (typeof period !== 'number') return [];
  if (period % minuteMs !== 0 && !shortPeriodsMs.includes(period))
    return [
      {
        path: [...path, 'period'],
        code: 'bad-period',
        message: `CloudWatch has no periods of ${formatDuration(period)}`,
        found: formatDuration(period),
        expected: '10s, 20s, 30s, or a multiple of 1m',
      },
    ];
  return [
    ...tooShort({ path, value }, period, 'during', file['duration'], 'duration'),
    ...tooShort({ path, value }, period, 'after', file['recovery'], 'recovery'),
  ];
}

/** A part of the run shows a whole period only if it lasts for two, and CloudWatch's delay. */
function tooShort(
  { path, value }: Entry,
  periodMs: number,
  part: string,
  lastsMs: unknown,
  name: string,
): Problem[] {
  const { when } = value;
  const needsMs = 2 * periodMs + Math.min(periodMs, minuteMs);
  const wanted = when === undefined || (Array.isArray(when) && when.includes(part));
  if (!wanted || typeof lastsMs !== 'number' || lastsMs >= needsMs) return [];
  return [
    {
      path: [...path, when === undefined ? 'signal' : 'when'],
      code: 'never-judged',
      message: `A ${name} of ${formatDuration(lastsMs)} is too short for this metric: its first whole period of ${formatDuration(periodMs)} is known after up to ${formatDuration(needsMs)}`,
      found: formatDuration(lastsMs),
      expected: `a ${name} of at least ${formatDuration(needsMs)}, a shorter period, or a "when" without "${part}"`,
    },
  ];
}

function checkAmounts({ path, value }: Entry): Problem[] {
  const { atLeast, atMost, timeUnit } = value;
  const problems: Problem[] = [];
  for (const [name, amount] of Object.entries({ atLeast, atMost })) {
    const place = [...path, name];
    if (isMapping(amount) && timeUnit === undefined)
      problems.push({
        path: place,
        code: 'unit-missing',
        message: `"${name}" is a length of time, and nothing says what the metric counts time in`,
        found: typeof amount['ms'] === 'number' ? formatDuration(amount['ms']) : show(amount),
        expected: 'timeUnit: seconds, milliseconds or microseconds beside it, as the metric is published',
      });
    if (typeof amount === 'number' && timeUnit !== undefined)
      problems.push({
        path: place,
        code: 'unit-missing',
        message: `${amount} of what? With a "timeUnit" the limit is a length of time`,
        found: String(amount),
        expected: `such as ${amount}s, or no "timeUnit"`,
      });
  }
  const [low, high] = [sizeOf(atLeast), sizeOf(atMost)];
  if (low !== undefined && high !== undefined && low > high)
    problems.push({
      path: [...path, 'atMost'],
      code: 'not-ascending',
      message: '"atMost" is less than "atLeast": no value could lie between them',
      found: show(atMost),
      expected: 'at least as much as "atLeast"',
    });
  return problems;
}

function sizeOf(amount: unknown): number | undefined {
  const size = isMapping(amount) ? amount['ms'] : amount;
  return typeof size === 'number' ? size : undefined;
}

/** Link-local addresses are those of a cloud's metadata; what a name resolves to is checked when it is asked. */
const linkLocal = /^(169\.254\.|\[?fe[89ab][0-9a-f]:|\[?fd00:ec2:)/i;

function checkUrl({ path, value }: Entry): Problem[] {
  const { url } = value;
  if (typeof url !== 'string') return [];
  const authority = /^https?:\/\/([^/?#]*)/.exec(url)?.[1];
  if (authority === undefined) return [];
  const problem = (code: string, message: string, expected: string): Problem[] => [
    // What was found may hold a password: it is not repeated.
    { path: [...path, 'url'], code, message, found: '', expected },
  ];
  if (authority.includes('@'))
    return problem(
      'credentials-in-url',
      'The address holds a user name or password, which everybody could read who sees the experiment',
      'an address that answers without one',
    );
  if (authority === '') return problem('no-host', 'The address names no host', 'https://HOST/PATH');
  return linkLocal.test(authority)
    ? problem(
        'forbidden-address',
        'Link-local addresses, such as those of cloud metadata, are never asked',
        'the address of a service',
      )
    : [];
}

function checkMethod({ path, value }: Entry): Problem[] {
  return value['method'] === 'HEAD' && value['body'] !== undefined
    ? [
        {
          path: [...path, 'body'],
          code: 'never-kept',
          message: 'An answer to HEAD has no body',
          found: '',
          expected: 'method: GET, or no "body"',
        },
      ]
    : [];
}

const functionForms = [
  /^[A-Za-z0-9_-]{1,64}(:[A-Za-z0-9$_-]+)?$/,
  /^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9_-]{1,64}(:[A-Za-z0-9$_-]+)?$/,
];

function checkFunction({ path, value }: Entry): Problem[] {
  const name = value['function'];
  if (typeof name !== 'string' || name.includes('${') || functionForms.some((form) => form.test(name)))
    return [];
  return [
    {
      path: [...path, 'function'],
      code: 'not-a-function',
      message: `${show(name)} cannot be the name of a Lambda function`,
      found: name,
      expected:
        'at most 64 letters, digits, hyphens and underscores, with a version or alias if one is meant, or an ARN',
    },
  ];
}
