import { node, plant, remove, root, tools } from './overlay.ts';

interface Violation {
  readonly from: string;
  readonly to: string;
  readonly rule: { readonly name: string };
}

/** One file each, with the one import that is wrong about it, and the rule that must say so. */
const violations = [
  ['src/core/planted-adapter.ts', "export * from '../adapters/dynamodb-table.ts';", 'inward-core'],
  ['src/core/planted-signal.ts', "export * from '../signals/wording.ts';", 'inward-core'],
  ['src/core/planted-type.ts', "export type { Ports } from '../engine/ports.ts';", 'inward-core'],
  ['src/core/planted-node.ts', "export { readFileSync } from 'node:fs';", 'no-node-core'],
  ['src/core/planted-package.ts', "export { parse } from 'yaml';", 'no-packages-core'],
  ['src/stats/planted-core.ts', "export * from '../core/ids.ts';", 'inward-stats'],
  ['src/engine/planted-adapter.ts', "export * from '../adapters/function-table.ts';", 'inward-engine'],
  ['src/engine/planted-node.ts', "export { setTimeout } from 'node:timers/promises';", 'no-node-engine'],
  [
    'src/engine/planted-sdk.ts',
    "export { DynamoDBClient } from '@aws-sdk/client-dynamodb';",
    'no-packages-engine',
  ],
  ['src/layer/planted-core.ts', "export * from '../core/ids.ts';", 'inward-layer'],
  ['src/layer/planted-type.ts', "export type { RunId } from '../core/ids.ts';", 'inward-layer'],
  [
    'src/layer/planted-sdk.ts',
    "export const sdk = () => import('@aws-sdk/client-dynamodb');",
    'no-packages-layer',
  ],
  ['src/adapters/planted-layer.ts', "export * from '../layer/clock.ts';", 'inward-adapters'],
  ['src/signals/planted-script.ts', "export * from '../../scripts/generate/types.ts';", 'inward-signals'],
  ['src/engine/planted-simulation.ts', "export * from '../simulation/simulate.ts';", 'inward-engine'],
  ['src/report/planted-package.ts', "export { parse } from 'yaml';", 'no-packages-report'],
  ['src/serverless/planted-layer.ts', "export * from '../layer/clock.ts';", 'inward-serverless'],
  ['src/serverless/planted-package.ts', "export { parse } from 'yaml';", 'no-packages-serverless'],
  ['src/testing/planted-engine.ts', "export * from '../engine/ports.ts';", 'inward-testing'],
  ['src/testing/planted-package.ts', "export { parse } from 'yaml';", 'no-packages-testing'],
  ['src/elsewhere/planted.ts', "export * from '../core/ids.ts';", 'known-folder'],
  ['functions/planted/handler.ts', "export * from '../../src/layer/clock.ts';", 'inward-functions'],
] as const;

const cycle = {
  'src/core/planted-cycle-a.ts': "import { b } from './planted-cycle-b.ts';\nexport const a = () => b;",
  'src/core/planted-cycle-b.ts': "import { a } from './planted-cycle-a.ts';\nexport const b = () => a;",
};

async function cruise(
  cwd: string,
): Promise<{ exitCode: number; found: readonly Violation[]; modules: number }> {
  const { exitCode, stdout } = await node(
    cwd,
    tools.depcruise,
    ...['--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'src', 'functions'],
  );
  const { summary } = JSON.parse(stdout) as { summary: { violations: Violation[]; totalCruised: number } };
  return { exitCode, found: summary.violations, modules: summary.totalCruised };
}

describe('the dependency rule', () => {
  let copy: string | undefined;
  let found: readonly Violation[] = [];

  beforeAll(async () => {
    const files = Object.fromEntries(violations.map(([path, text]) => [path, `${text}\n`]));
    copy = await plant({ ...files, ...cycle });
    ({ found } = await cruise(copy));
  });

  afterAll(() => remove(copy));

  it.each(violations)('refuses %s: %s', (path, _text, rule) => {
    const rules = found
      .filter((violation) => violation.from === path)
      .map((violation) => violation.rule.name);
    expect(rules).toContain(rule);
  });

  it('refuses two modules that need each other at run time', () => {
    const rules = found
      .filter((violation) => violation.from.startsWith('src/core/planted-cycle'))
      .map((violation) => violation.rule.name);
    expect(rules).toContain('no-cycle');
  });

  it('finds nothing in the sources as they are', async () => {
    const { exitCode, found: real, modules } = await cruise(root);
    expect(real.map(({ from, to, rule }) => `${rule.name}: ${from} → ${to}`)).toEqual([]);
    expect(exitCode).toBe(0);
    expect(modules).toBeGreaterThan(50);
  });
});
