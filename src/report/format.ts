/**
 * Figures as people read them. Plain ASCII spaces, so that the same text serves terminal, Markdown and HTML; HTML turns
 * the space before a unit into one that does not break.
 */

const minuteMs = 60_000;
const hourMs = 3_600_000;
/** Evidence beyond this is certain enough for anybody. */
const plentyOfEvidence = 1e6;

/** A measured share: two significant digits where it is small, and never a 0 or 100 that it is not. */
export function share(fraction: number): string {
  const percent = fraction * 100;
  if (percent <= 0) return '0 %';
  if (percent < 0.01) return 'below 0.01 %';
  if (percent < 1) return `${trimmed(percent, 2)} %`;
  if (percent < 10) return `${percent.toFixed(1).replace(/\.0$/, '')} %`;
  if (percent > 99.95 && percent < 100) return 'above 99.9 %';
  return percent > 99 && percent < 100 ? `${percent.toFixed(1)} %` : `${Math.round(percent)} %`;
}

/** A share that somebody wrote down: exact. */
export function exactShare(fraction: number): string {
  return `${trimmed(fraction * 100, 6)} %`;
}

/** A difference of shares, with its sign. */
export function points(difference: number): string {
  const value = difference * 100;
  const digits = Math.abs(value) < 10 ? value.toFixed(1).replace(/\.0$/, '') : value.toFixed(0);
  const sign = value > 0 ? '+' : '';
  return `${sign}${digits === '-0' ? '0' : digits}`.replace('-', '−') + ' points';
}

/** A measured latency. */
export function millis(ms: number): string {
  if (ms < 10) return `${trimmed(ms, 2)} ms`;
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${trimmed(ms / 1_000, 2)} s`;
  return ms < minuteMs ? `${(ms / 1_000).toFixed(1).replace(/\.0$/, '')} s` : duration(ms);
}

/** A length of time: 850 ms, 6 s, 90 s, 10 min, 1 h 5 min. */
export function duration(ms: number): string {
  const rounded = Math.round(ms);
  if (rounded < 1_000) return `${rounded} ms`;
  if (rounded < 10_000) return `${trimmed(rounded / 1_000, 2)} s`;
  if (rounded <= 2 * minuteMs) return `${Math.round(rounded / 1_000)} s`;
  if (rounded < hourMs)
    return parts(Math.floor(rounded / minuteMs), 'min', Math.floor((rounded % minuteMs) / 1_000), 's');
  return parts(Math.floor(rounded / hourMs), 'h', Math.floor((rounded % hourMs) / minuteMs), 'min');
}

/** An e-value from its natural logarithm: how many times likelier the data are than chance alone would have it. */
export function times(logE: number): string {
  const value = Math.exp(Math.min(logE, 700));
  if (value >= plentyOfEvidence) return 'over a million×';
  if (value >= 1_000) return `${count(Math.round(value))}×`;
  // Rounded down, so that what falls short never looks like enough; a hair more, since exp(log(20)) is below 20.
  if (value >= 10) return `${Math.floor(value + 1e-9)}×`;
  if (value >= 1) return `${Math.floor(value * 10 + 1e-9) / 10}×`;
  return value < 0.01 ? 'below 0.01×' : `${Math.floor(value * 100 + 1e-9) / 100}×`;
}

export function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** "1 invocation", "2,048 invocations". */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}

/** Date and time of day in UTC. */
export function instant(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** Time of day in UTC, to the millisecond. */
export function clock(at: number): string {
  return new Date(at).toISOString().slice(11, 23);
}

/** "a", "a and b", "a, b and c". */
export function listed(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

function parts(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

function trimmed(value: number, significant: number): string {
  return String(Number(value.toPrecision(significant)));
}
