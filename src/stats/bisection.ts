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
