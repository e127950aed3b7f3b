import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const folder = resolve(import.meta.dirname, '../events/lambda');

/** One recorded event of a source: `sqs`, `api-gateway-v1`, … */
export function lambdaEvent(source: string): unknown {
  return JSON.parse(readFileSync(resolve(folder, `${source}.json`), 'utf8'));
}
