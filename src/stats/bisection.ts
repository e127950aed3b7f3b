const MAX_STEPS = 200;
const PRECISION = 1e-13;

/** Where `holds` turns from true (at `from`) to false (at `to`), to 1e-13; the two may be in either order. */
export function boundary(holds: (x: number) => boolean, from: number, to: number): number {
  let inside = from;
  let outside = to;
  for (let step = 0; step < MAX_STEPS && Math.abs(outside - inside) > PRECISION; step++) {
    const middle = inside + (outside - inside) / 2;
    if (holds(middle)) inside = middle;
    else outside = middle;
  }
  return inside + (outside - inside) / 2;
}

/**
 * Where `excess`, continuous and falling on the way from `from` to `to`, turns negative, to 1e-13. Follows secants whose
 * far end is drawn nearer (the Illinois rule), a third of the steps of a bisection; every fourth step bisects, so that
 * no curve can hold it up.
 */
export function crossing(excess: (x: number) => number, from: number, to: number): number {
  let [inside, insideExcess] = [from, excess(from)];
  let [outside, outsideExcess] = [to, excess(to)];
  let lastMoved: 'inside' | 'outside' | undefined;
  for (let step = 1; step < MAX_STEPS && Math.abs(outside - inside) > PRECISION; step++) {
    const share = step % 4 === 0 ? 1 / 2 : insideExcess / (insideExcess - outsideExcess);
    const x = inside + (outside - inside) * share;
    const found = excess(x);
    if (found >= 0) {
      if (lastMoved === 'inside') outsideExcess /= 2;
      [inside, insideExcess, lastMoved] = [x, found, 'inside'];
    } else {
      if (lastMoved === 'outside') insideExcess /= 2;
      [outside, outsideExcess, lastMoved] = [x, found, 'outside'];
    }
    if (found === 0) return x;
  }
  return inside + (outside - inside) / 2;
}
