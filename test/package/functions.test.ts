import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { buildFunctions, loadedBytes } from '../../scripts/build/functions.ts';

const root = resolve(import.meta.dirname, '../..');
/** Whoever ends runs must not wait for its own code. */
const atMostBytes = 600_000;

let outDir: string;
let built: Awaited<ReturnType<typeof buildFunctions>>;

beforeAll(async () => {
  outDir = mkdtempSync(join(tmpdir(), 'inoculate-functions-'));
  built = await buildFunctions(root, outDir);
});
afterAll(() => rmSync(outDir, { recursive: true }));

describe('what a function loads before it acts', () => {
  it.each(['alarm', 'tick', 'deadman', 'stop', 'sweep', 'start'])('is small: %s', (name) => {
    const metafile = built.get(name);
    if (metafile === undefined) throw new Error(`There is no function ${name}`);
    const bytes = loadedBytes(metafile, relative(root, join(outDir, name, 'handler.mjs')));
    process.stdout.write(`${name}: ${Math.round(bytes / 1000)} KB before it acts\n`);
    expect(bytes).toBeGreaterThan(100_000);
    expect(bytes).toBeLessThanOrEqual(atMostBytes);
  });

  it('is no client of AWS but the table’s, in what ends runs', () => {
    for (const name of ['alarm', 'stop', 'deadman']) {
      const output = built.get(name)?.outputs[relative(root, join(outDir, name, 'handler.mjs'))];
      const clients = Object.keys(output?.inputs ?? {}).filter((path) => path.includes('@aws-sdk/client-'));
      expect(clients.every((path) => path.includes('@aws-sdk/client-dynamodb'))).toBe(true);
    }
  });
});
