import type { SchemaNode } from '../generated/catalogue.ts';
import { type Path, type Problem, show } from './problem.ts';
import { branchFor } from './schema-branch.ts';

/**
 * How a quantity in a file becomes a number: `duration` to milliseconds, `size` to bytes, the others to fractions. A `span` is a duration
 * where a plain number may stand as well: it becomes `{ ms }`, so that the two can be told apart.
 */
export type Unit = 'duration' | 'span' | 'share' | 'points' | 'increase' | 'size';

export type Parsed =
  | { readonly ok: true; readonly value: number }
  /** `not-a-quantity`: no number with such a unit; `out-of-bounds`: one, but too small or too large. */
  | {
      readonly ok: false;
      readonly code: 'not-a-quantity' | 'out-of-bounds';
      readonly message: string;
      readonly expected: string;
    };

const unitMs = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const;
const unitBytes = { B: 1, KB: 1024, MB: 1024 ** 2, GB: 1024 ** 3 } as const;
const maxDurationMs = 366 * unitMs.d;
const minShare = 0.000001;

const expectations: Readonly<Record<Unit, string>> = {
  duration: 'a length of time with its unit, such as 800ms, 5s, 10m or 1h',
  span: 'a length of time with its unit, such as 5s or 10m',
  share: 'a share with a percent sign, such as 5%',
  points: 'a difference in percentage points, such as +0.5 points',
  increase: 'an increase over the control group, such as +10%',
  size: 'a size with its unit, such as 512KB, 100MB or 1GB',
};

/** What a quantity of this unit looks like. */
export function expectedUnit(unit: Unit): string {
  return expectations[unit];
}

export function isUnit(text: unknown): text is Unit {
  return typeof text === 'string' && Object.hasOwn(expectations, text);
}

/** `800ms` → 800, `1h 30m` → 5 400 000. Milliseconds, to the microsecond; more than nothing and at most 366 days. */
export function parseDuration(text: string): Parsed {
  const pattern = /^\d+(\.\d+)?(ms|s|m|h|d)( ?\d+(\.\d+)?(ms|s|m|h|d))*$/;
  if (text.length > 32 || !pattern.test(text)) return notAQuantity('duration', text);
  let total = 0;
  for (const [, digits = '', unit = ''] of text.matchAll(/([\d.]+)(ms|s|m|h|d)/g)) {
    total += Number(digits) * unitMs[unit as keyof typeof unitMs];
  }
  return bounded('duration', text, Math.round(total * 1000) / 1000, 0.001, maxDurationMs, '366d');
}

/** `5%` → 0.05. From 0.0001% to 100%. */
export function parseShare(text: string): Parsed {
  const digits = /^(\d+(?:\.\d+)?)\s?%$/.exec(text)?.[1];
  if (text.length > 16 || digits === undefined) return notAQuantity('share', text);
  return bounded('share', text, hundredth(digits), minShare, 1, '100%');
}

/** `+0.5 points` → 0.005. From 0.0001 to 100 percentage points. */
export function parsePoints(text: string): Parsed {
  const digits = /^\+?(\d+(?:\.\d+)?) points?$/.exec(text)?.[1];
  if (text.length > 24 || digits === undefined) return notAQuantity('points', text);
  return bounded('points', text, hundredth(digits), minShare, 1, '100 points');
}

/** `+10%` → 0.1. From 0.0001% to 100000%. */
export function parseIncrease(text: string): Parsed {
  const digits = /^\+(\d+(?:\.\d+)?)\s?%$/.exec(text)?.[1];
  if (text.length > 16 || digits === undefined) return notAQuantity('increase', text);
  return bounded('increase', text, hundredth(digits), minShare, 1000, '+100000%');
}

/** `100MB` → 104 857 600: by 1024, as Lambda's memory is. Whole bytes, up to a terabyte. */
export function parseSize(text: string): Parsed {
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?)\s?(B|KB|MB|GB)$/.exec(text) ?? [];
  if (text.length > 24 || digits === '') return notAQuantity('size', text);
  const bytes = Math.round(Number(digits) * unitBytes[unit as keyof typeof unitBytes]);
  return bounded('size', text, bytes, 1, 1024 ** 4, '1024GB');
}

const parsers: Readonly<Record<Unit, (text: string) => Parsed>> = {
  duration: parseDuration,
  span: parseDuration,
  share: parseShare,
  points: parsePoints,
  increase: parseIncrease,
  size: parseSize,
};

export function parseQuantity(unit: Unit, text: string): Parsed {
  return parsers[unit](text);
}

function notAQuantity(unit: Unit, text: string): Parsed {
  const expected = expectations[unit];
  return { ok: false, code: 'not-a-quantity', message: `${show(text)} is not ${expected}`, expected };
}

const smallest: Readonly<Record<Unit, string>> = {
  duration: '0.001ms',
  span: '0.001ms',
  share: '0.0001%',
  points: '0.0001 points',
  increase: '+0.0001%',
  size: '1B',
};

function bounded(unit: Unit, text: string, value: number, min: number, max: number, largest: string): Parsed {
  if (value >= min && value <= max) return { ok: true, value };
  const message = value < min ? `${text} is too small` : `${text} is too large`;
  return { ok: false, code: 'out-of-bounds', message, expected: `from ${smallest[unit]} to ${largest}` };
}

/** Through the decimal text, so that 7% is 0.07 and not its floating neighbour. */
function hundredth(digits: string): number {
  return Number(`${digits}e-2`);
}

/** For people, and readable by `parseDuration`: 90000 → `1m 30s`, 1500 → `1.5s`. */
export function formatDuration(ms: number): string {
  if (ms < 0) return `-${formatDuration(-ms)}`;
  let rest = Math.round(ms * 1000) / 1000;
  if (rest < 1000) return `${decimal(rest)}ms`;
  const parts: string[] = [];
  for (const unit of ['d', 'h', 'm'] as const) {
    const whole = Math.floor(rest / unitMs[unit]);
    if (whole > 0) parts.push(`${whole}${unit}`);
    rest = Math.round((rest - whole * unitMs[unit]) * 1000) / 1000;
  }
  if (rest > 0) parts.push(`${decimal(Math.round(rest * 1000) / 1_000_000, 8)}s`);
  return parts.join(' ');
}

/** For people, and readable by `parseShare`: 0.005 → `0.5 %`. Six significant digits. */
export function formatShare(share: number): string {
  return `${decimal(share * 100)} %`;
}

/** 0.005 → `0.5 points`. */
export function formatPoints(points: number): string {
  return `${decimal(points * 100)} points`;
}

/** 0.1 → `+10 %`. */
export function formatIncrease(increase: number): string {
  return `+${decimal(increase * 100)} %`;
}

/** Without exponent. */
function decimal(value: number, digits = 6): string {
  const short = Number(value.toPrecision(digits));
  return Math.abs(short) >= 0.000001 || short === 0 ? String(short) : short.toFixed(12).replace(/0+$/, '');
}

/** A file's value with a number for every quantity, and what is out of bounds. What is no quantity at all is left as it is. */
export function resolveUnits(
  schema: SchemaNode,
  value: unknown,
): { readonly value: unknown; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  return { value: resolveNode(schema, value, [], problems), problems };
}

function resolveNode(schema: SchemaNode, value: unknown, path: Path, problems: Problem[]): unknown {
  const node = branchFor(schema, value) ?? schema;
  if (isUnit(node.unit)) return resolveQuantity(node, node.unit, value, path, problems);
  if (Array.isArray(value)) {
    const { items } = node;
    if (items === undefined) return value;
    return value.map((item, index) => resolveNode(items, item, [...path, index], problems));
  }
  if (typeof value !== 'object' || value === null) return value;
  const others = typeof node.additionalProperties === 'object' ? node.additionalProperties : undefined;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => {
      const known = Object.hasOwn(node.properties ?? {}, name) ? node.properties?.[name] : others;
      return [name, known === undefined ? part : resolveNode(known, part, [...path, name], problems)];
    }),
  );
}

function resolveQuantity(
  node: SchemaNode,
  unit: Unit,
  value: unknown,
  path: Path,
  problems: Problem[],
): unknown {
  if (typeof value !== 'string') return value;
  const parsed = parseQuantity(unit, value);
  if (parsed.ok) {
    const problem = outOfRange(node, unit, value, parsed.value);
    if (problem !== null) problems.push({ path, ...problem });
    return unit === 'span' ? { ms: parsed.value } : parsed.value;
  }
  const { code, message, expected } = parsed;
  if (code === 'out-of-bounds') problems.push({ path, code, message, found: value, expected });
  return value;
}

/** `least` and `most` bound a quantity, and it is a multiple of `step`: what the schema says of this place. */
function outOfRange(
  { least, most, step }: SchemaNode,
  unit: Unit,
  text: string,
  value: number,
): Omit<Problem, 'path'> | null {
  const limit = (bound: string | undefined): number | undefined => {
    const parsed = bound === undefined ? undefined : parseQuantity(unit, bound);
    return parsed?.ok === true ? parsed.value : undefined;
  };
  const [low, high, multiple] = [limit(least), limit(most), limit(step)];
  const wrong =
    low !== undefined && value < low
      ? 'is too small'
      : high !== undefined && value > high
        ? 'is too large'
        : multiple !== undefined && value % multiple !== 0
          ? `is no multiple of ${step}`
          : null;
  if (wrong === null) return null;
  const bounds = [least && `from ${least}`, most && `at most ${most}`, step && `a multiple of ${step}`];
  const expected = bounds.filter((bound) => bound !== undefined).join(', ');
  return { code: 'out-of-bounds', message: `${text} ${wrong}`, found: text, expected };
}
