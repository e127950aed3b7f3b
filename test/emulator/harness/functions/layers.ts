import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';

/** The folder that becomes /opt: the layers laid over each other in order, as on AWS. Made once per list of layers. */
export function mergeLayers(layers: readonly string[], into: string): string | undefined {
  const [first, ...others] = layers;
  if (others.length === 0) return first;
  const name = createHash('sha256').update(layers.join('\n')).digest('hex').slice(0, 32);
  const merged = path.join(into, name);
  if (existsSync(merged)) return merged;
  mkdirSync(merged, { recursive: true });
  for (const layer of layers) cpSync(layer, merged, { recursive: true, force: true });
  return merged;
}
