/** A share for people: 0.015 is "1.5 %". */
export function percent(share: number): string {
  return `${plain(share * 100)} %`;
}

/** A difference of shares for people: 0.005 is "0.5 points". */
export function points(difference: number): string {
  return difference === 0.01 ? '1 point' : `${plain(difference * 100)} points`;
}

/** A length of time for people: "800 ms", "2.5 s". */
export function milliseconds(ms: number): string {
  return ms < 1000 ? `${plain(ms)} ms` : `${plain(ms / 1000)} s`;
}

/** A number without the digits that binary fractions add. */
export function plain(value: number): string {
  return String(Number(value.toPrecision(12)));
}
