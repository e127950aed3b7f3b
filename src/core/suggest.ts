/**
 * The candidate that was probably meant, or undefined. Case and punctuation do not count; a name that is part of exactly
 * one candidate counts as meant (`latency` for `invocation.latency` only while no other kind is called so).
 */
export function suggest(found: string, candidates: readonly string[]): string | undefined {
  if (found.length > 100) return undefined;
  const word = letters(found);
  if (word === '') return undefined;
  const limit = word.length <= 2 ? 0 : Math.max(1, Math.floor(word.length / 3));
  let best: { candidate: string; distance: number } | undefined;
  for (const candidate of candidates) {
    const distance = editDistance(word, letters(candidate), limit);
    if (distance <= limit && (best === undefined || distance < best.distance)) best = { candidate, distance };
  }
  if (best !== undefined) return best.candidate;
  const containing = candidates.filter((candidate) => contains(letters(candidate), word));
  return containing.length === 1 ? containing[0] : undefined;
}

function contains(candidate: string, word: string): boolean {
  if (word.length >= 2 && candidate.startsWith(word)) return true;
  return (
    word.length >= 4 && (candidate.includes(word) || (candidate.length >= 4 && word.includes(candidate)))
  );
}

function letters(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}

/** Insertions, deletions, replacements and swaps of neighbours; anything above `limit` is only known to be above it. */
export function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = at(previous, column - 1) + (a[row - 1] === b[column - 1] ? 0 : 1);
      let distance = Math.min(at(previous, column) + 1, at(current, column - 1) + 1, replaced);
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) distance = Math.min(distance, at(beforePrevious, column - 2) + 1);
      current.push(distance);
    }
    beforePrevious = previous;
    previous = current;
  }
  return at(previous, b.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
