import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ReadSettings, readSettingsText } from '../../../src/cli/input/read-settings.ts';
import type { FileProblem } from '../../../src/cli/input/file-problem.ts';
import type { StoredGuardrails } from '../../../src/generated/types.ts';
import { guardrailsOf } from '../../../src/settings/guardrails.ts';

export const account = '111122223333';
/** A Saturday. */
export const now = Date.parse('2026-11-21T12:00:00Z');

interface Options {
  readonly stage?: string;
  readonly calendars?: Readonly<Record<string, string>>;
}

type Read = ReadSettings | { readonly ok: false; readonly problems: readonly FileProblem[] };

/** Settings whose file has these lines after its first, with calendars beside it. */
export async function read(lines: string, { stage = 'dev', calendars = {} }: Options = {}): Promise<Read> {
  const folder = mkdtempSync(join(tmpdir(), 'inoculate-settings-'));
  try {
    for (const [name, text] of Object.entries(calendars)) writeFileSync(join(folder, name), text);
    const source = { file: 'settings.yml', text: `inoculate: settings/1\n${lines}\n` };
    return await readSettingsText({ source, folder }, { stage, now });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What such settings say for a stage. */
export async function guardrails(lines: string, options: Options = {}): Promise<StoredGuardrails> {
  const found = await read(lines, options);
  if (!found.ok) throw new Error(JSON.stringify(found.problems, null, 2));
  return guardrailsOf(found.settings, { stage: options.stage ?? 'dev', account }, found.closed);
}

/** `2:5 code` of every problem. */
export async function problems(lines: string, options: Options = {}): Promise<readonly string[]> {
  const found = await read(lines, options);
  return found.ok ? [] : found.problems.map(({ line, column, code }) => `${line}:${column} ${code}`);
}

export function calendarOf(...events: readonly (readonly string[])[]): string {
  const lines = events.flatMap((event) => ['BEGIN:VEVENT', ...event, 'END:VEVENT']);
  return ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//test', ...lines, 'END:VCALENDAR', ''].join('\r\n');
}
