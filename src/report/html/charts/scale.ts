/** One axis: where a value lies between 0 and 1, and what to write beside it. */
export interface Scale {
  readonly position: (value: number) => number;
  readonly ticks: readonly { readonly value: number; readonly label: string }[];
}

/** From 0 to a round number that is not below `highest`. */
export function linearScale(highest: number, label: (value: number) => string, wanted = 4): Scale {
  const step = roundStep((highest > 0 ? highest : 1) / wanted);
  const top = Math.max(1, Math.ceil((highest > 0 ? highest : 1) / step - 1e-9)) * step;
  const values = Array.from({ length: Math.round(top / step) + 1 }, (_, i) =>
    Number((i * step).toPrecision(12)),
  );
  return { position: (value) => value / top, ticks: values.map((value) => ({ value, label: label(value) })) };
}

/** 1, 2 or 5 times a power of ten, at least `size`. */
function roundStep(size: number): number {
  const power = 10 ** Math.floor(Math.log10(size) + 1e-9);
  const step = [1, 2, 5, 10].find((factor) => factor * power >= size * (1 - 1e-9)) ?? 10;
  return Number((step * power).toPrecision(12));
}

/** Between two values on a logarithmic axis, with ticks at decades, or at 1, 2 and 5 where there are few of those. */
export function logScale(lowest: number, highest: number, label: (value: number) => string, most = 6): Scale {
  const [from, to] = [Math.log10(lowest), Math.log10(highest)];
  const decades: number[] = [];
  for (let exponent = Math.floor(from); exponent <= Math.ceil(to); exponent++) decades.push(exponent);
  const within = (values: number[]) =>
    values.filter((value) => value >= lowest * 0.999 && value <= highest * 1.001);
  const every = Math.ceil(decades.length / most);
  const coarse = within(
    decades.filter((exponent) => exponent % every === 0).map((exponent) => 10 ** exponent),
  );
  const fine = within(decades.flatMap((exponent) => [1, 2, 5].map((factor) => factor * 10 ** exponent)));
  const values = coarse.length < 3 && fine.length <= 8 ? fine : coarse;
  return {
    position: (value) => (Math.log10(value) - from) / (to - from),
    ticks: values.map((value) => ({ value, label: label(value) })),
  };
}

const timeStepsMs = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600].map(
  (s) => s * 1000,
);

/** Time since the fault, from `from` to `to` milliseconds. */
export function timeScale(from: number, to: number, label: (ms: number) => string, wanted = 6): Scale {
  const length = Math.max(1, to - from);
  const step =
    timeStepsMs.find((candidate) => length / candidate <= wanted) ??
    Math.ceil(length / wanted / 3_600_000) * 3_600_000;
  const values: number[] = [];
  for (let value = Math.ceil(from / step) * step; value <= to; value += step) values.push(value);
  return {
    position: (value) => (value - from) / length,
    ticks: values.map((value) => ({ value, label: label(value) })),
  };
}
