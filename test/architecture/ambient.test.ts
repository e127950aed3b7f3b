import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { node, plant, remove, root, tools } from './overlay.ts';

interface LintedFile {
  readonly filePath: string;
  readonly messages: readonly { readonly ruleId: string | null; readonly message: string }[];
}

const ambient = 'inoculate/no-ambient';

/** One line each, and the rule that must refuse it. */
const refused = [
  ['src/core/planted/a.ts', 'export const at = Date.now();', ambient],
  ['src/core/planted/b.ts', 'export const at = new Date();', ambient],
  ['src/core/planted/c.ts', 'export const { now } = Date;', ambient],
  ['src/core/planted/d.ts', 'export const draw = Math.random();', ambient],
  ['src/core/planted/e.ts', "export const draw = Math['random']();", ambient],
  ['src/core/planted/f.ts', 'export const { random } = Math;', ambient],
  ['src/core/planted/g.ts', 'export const hour = (at: Date): number => at.getHours();', ambient],
  ['src/core/planted/h.ts', 'export const christmas = new Date(2026, 11, 25);', ambient],
  ['src/stats/planted/a.ts', 'export const draw = (): number => Math.random();', ambient],
  ['src/engine/planted/a.ts', 'export const timer = setTimeout(() => 1, 10);', ambient],
  ['src/engine/planted/b.ts', 'export const at = performance.now();', ambient],
  ['src/engine/planted/c.ts', 'export const id = crypto.randomUUID();', ambient],
  ['src/engine/planted/d.ts', 'export const at = globalThis.Date.now();', ambient],
  ['src/signals/planted/a.ts', 'export const at = Date.now();', ambient],
  ['src/faults/planted/a.ts', 'export const draw = Math.random();', ambient],
  ['src/report/planted/a.ts', 'export const at = new Date().toISOString();', ambient],
  [
    'src/adapters/planted/a.ts',
    "import { randomInt } from 'node:crypto';\nexport const draw = randomInt(2);",
    ambient,
  ],
  ['src/local/planted/a.ts', 'export const at = Date.now();', ambient],
  ['src/layer/planted/a.ts', 'export const at = process.hrtime.bigint();', ambient],
  ['src/cli/planted/a.ts', 'export const at = Date.now();', ambient],
  [
    'src/core/planted/o.ts',
    "import { Temporal } from 'temporal-polyfill';\nexport const a = Temporal;",
    ambient,
  ],
  [
    'src/core/planted/p.ts',
    "import { instant } from 'temporal-polyfill/fns/Now';\nexport const at = instant();",
    ambient,
  ],
  ['src/core/planted/q.ts', "import { Cron } from 'croner';\nexport const next = Cron;", ambient],
  ['src/core/planted/r.ts', 'export const at = Temporal.Now.instant();', ambient],
  [
    'src/core/planted/i.ts',
    'export const anything = (value: any): string => String(value);',
    '@typescript-eslint/no-explicit-any',
  ],
  [
    'src/engine/planted/e.ts',
    'export function start(work: () => Promise<void>): void {\n  work();\n}',
    '@typescript-eslint/no-floating-promises',
  ],
  [
    'src/core/planted/j.ts',
    "export function f(x: 'a' | 'b'): void {\n  switch (x) {\n    case 'a':\n      break;\n  }\n}",
    '@typescript-eslint/switch-exhaustiveness-check',
  ],
  [
    'src/core/planted/k.ts',
    'export function f(g: () => void): void {\n  try {\n    g();\n  } catch {\n    // never mind\n  }\n}',
    'no-restricted-syntax',
  ],
  [
    'src/core/planted/l.ts',
    'export const f = (p: Promise<void>): Promise<void> => p.catch(() => undefined);',
    'no-restricted-syntax',
  ],
  [
    'src/core/planted/m.ts',
    '// @ts-ignore: it is fine\nexport const f: number = 1;',
    '@typescript-eslint/ban-ts-comment',
  ],
  [
    'src/core/planted/n.ts',
    '// eslint-disable-next-line no-console\nconsole.log(1);\nexport {};',
    'inoculate/disable-needs-reason',
  ],
] as const;

/** What depends on nothing but its arguments stays allowed. */
const allowed = [
  ['src/core/planted/ok.ts', 'export const text = (at: number): string => new Date(at).toISOString();'],
  [
    'src/core/planted/ok3.ts',
    "import { create } from 'temporal-polyfill/fns/ZonedDateTime';\nexport const at = create(0n, 'UTC').hour;",
  ],
  ['src/core/planted/ok2.ts', 'export const at = Date.UTC(2026, 11, 4) + Math.max(1, 2);'],
  [
    'src/engine/planted/ok.ts',
    'export const later = (setTimeout: (ms: number) => Promise<void>): Promise<void> => setTimeout(10);',
  ],
  [
    'src/adapters/planted/ok.ts',
    "import { randomUUID } from 'node:crypto';\nexport const id = (): string => randomUUID();",
  ],
  ['src/local/random.ts', 'export const draw = (): number => Math.random();'],
] as const;

describe('the lint rules', () => {
  let copy: string | undefined;
  let results: readonly LintedFile[] = [];

  beforeAll(async () => {
    const planted = [...refused, ...allowed];
    const files = Object.fromEntries(planted.map(([path, text]) => [path, `${text}\n`]));
    copy = await plant(files);
    const { stdout } = await node(copy, tools.eslint, '--format', 'json', ...Object.keys(files));
    results = JSON.parse(stdout) as LintedFile[];
  });

  afterAll(() => remove(copy));

  function rulesOf(path: string): (string | null)[] {
    const file = results.find(({ filePath }) => filePath.endsWith(`/${path}`));
    if (file === undefined) throw new Error(`${path} was not linted`);
    return file.messages.map(({ ruleId }) => ruleId);
  }

  it.each(refused)('refuse in %s: %s', (path, _text, rule) => {
    expect(rulesOf(path)).toContain(rule);
  });

  it.each(allowed)('allow in %s: %s', (path, _text) => {
    expect(rulesOf(path)).toEqual([]);
  });

  it.each(['adapters', 'local', 'layer', 'cli'])(
    'leave src/%s one clock and one source of chance',
    (folder) => {
      const names = readdirSync(join(root, 'src', folder));
      expect(names.filter((name) => /^(system-)?clock\.ts$/.test(name)).length).toBeLessThanOrEqual(1);
    },
  );
});
