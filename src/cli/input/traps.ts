// Ways in which YAML reads something else than what was meant. Each is told in its own words, and mended in a copy of
// the text, so that the rest of the file can be checked in the same go.
import type { YAMLError } from 'yaml';
import type { Composed, Shape } from './compose.ts';
import { insideText, within } from './compose.ts';
import type { Mistake } from './mistake.ts';
import { Lines, type Range } from './positions.ts';

export interface Trap extends Mistake {
  readonly mend: readonly Mend[];
  /** Nothing else is said about the mended text: what it was meant to be is a guess. */
  readonly guess: boolean;
}

export interface Mend {
  readonly range: Range;
  readonly text: string;
}

interface Scene {
  readonly text: string;
  readonly lines: Lines;
  readonly errors: readonly YAMLError[];
  readonly shape: Shape;
}

/** The first trap that the text fell into, by kind. */
export function findTrap(text: string, { errors }: Composed, shape: Shape): Trap | undefined {
  const scene: Scene = { text, lines: new Lines(text), errors, shape };
  return (
    tabs(scene) ??
    eachLine(scene, cron) ??
    eachLine(scene, hash) ??
    eachLine(scene, variable) ??
    colon(scene) ??
    badStart(scene) ??
    star(scene)
  );
}

function eachLine(scene: Scene, find: (scene: Scene, line: number) => Trap | undefined): Trap | undefined {
  for (let line = 1; line <= scene.lines.count; line++) {
    const trap = find(scene, line);
    if (trap !== undefined) return trap;
  }
  return undefined;
}

function tabs({ text, lines, errors }: Scene): Trap | undefined {
  const first = errors.find((error) => error.code === 'TAB_AS_INDENT');
  if (first === undefined) return undefined;
  const mend: Mend[] = [];
  for (let line = 1; line <= lines.count; line++) {
    const indent = /^[ \t]*/.exec(lines.text(line))?.[0] ?? '';
    if (!indent.includes('\t')) continue;
    const start = lines.start(line);
    mend.push({ range: [start, start + indent.length], text: indent.replaceAll('\t', '  ') });
  }
  if (mend.length === 0) return undefined;
  const count = mend.length === 1 ? '' : ` (on ${mend.length} lines)`;
  const [start = 0] = mend.find(({ range }) => range[1] > first.pos[0])?.range ?? mend[0]?.range ?? [];
  return {
    range: [start, start + Math.max(1, text.slice(start).search(/[^\t ]/))],
    code: 'yaml-tab',
    message: `YAML takes no tabs for indentation${count}`,
    found: 'a tab',
    help: 'indent with two spaces for each level',
    mend,
    guess: false,
  };
}

const cronField = String.raw`[0-9A-Za-z*?/#-]+(?:,[0-9A-Za-z*?/#-]+)*`;
const cronText = new RegExp(`^(?:${cronField}[ \\t]+){4,5}${cronField}(?![\\w:])`);

function cron(scene: Scene, line: number): Trap | undefined {
  const { lines, shape } = scene;
  const text = lines.text(line).slice(0, 500);
  const before = /^[^#]*?\bcron["']?:[ \t]+(?=[^"'\s|>&!#])/.exec(text)?.[0];
  if (before === undefined) return undefined;
  const expression = cronText.exec(text.slice(before.length))?.[0];
  if (expression === undefined) return undefined;
  const start = lines.start(line) + before.length;
  if (insideText(shape, start)) return undefined;
  if (shape.plains.some(({ range, value }) => range[0] === start && value === expression)) return undefined;
  const why = /^[*?]/.test(expression)
    ? `a value that begins with "${expression.charAt(0)}" means something else in YAML`
    : 'in braces, the comma ends the value';
  return quoting(start, expression, 'yaml-cron', `This cron expression needs quotes: ${why}`, false);
}

function hash(scene: Scene, line: number): Trap | undefined {
  const { lines, errors, shape } = scene;
  const text = lines.text(line);
  const start = lines.start(line);
  for (let at = text.indexOf('#'); at !== -1; at = text.indexOf('#', at + 1)) {
    if (!/[\s[{,]/.test(text[at - 1] ?? ' ') || insideText(shape, start + at)) continue;
    const before = text.slice(0, at).trimEnd();
    const word = /^#[\w-]+/.exec(text.slice(at))?.[0];
    if (word === undefined || !/([[{,:]|(^|\s)-)$/.test(before)) return undefined;
    const nothingThere = shape.empty.some((offset) => offset >= start && offset <= start + at);
    const broken = /[[{,]$/.test(before) && errors.some((error) => error.pos[0] >= start);
    if (!nothingThere && !broken) return undefined;
    const slack = /(?<=[[,-]\s*)slack:$/.test(before);
    const from = slack ? start + before.length - 'slack:'.length : start + at;
    const channel = `slack:${word.slice(1)}`;
    const isChannel = slack || /\b(notify|slack)\b/.test(text) || /^\s*-/.test(text);
    return {
      range: [start + at, start + at + word.length],
      code: 'yaml-comment',
      message: `"${word}" is a comment to YAML, and so is the rest of the line`,
      found: word,
      help: isChannel ? `write "${channel}", in quotes` : `put it in quotes: "${word}"`,
      mend: [{ range: [from, start + at + word.length], text: JSON.stringify(slack ? channel : word) }],
      guess: true,
    };
  }
  return undefined;
}

/** `{ lambda: shop-${stage}-x }`: within braces or brackets, the variable's own braces start a mapping. */
function variable(scene: Scene, line: number): Trap | undefined {
  const { lines, shape, errors } = scene;
  const text = lines.text(line).slice(0, 2000);
  const start = lines.start(line);
  if (!errors.some((error) => error.pos[0] >= start && error.pos[0] <= start + text.length)) return undefined;
  for (const match of text.matchAll(/(?:[\w./*-]|\$\{\w*\}|:(?=[\w$]))+/g)) {
    const offset = start + match.index;
    if (!match[0].includes('${') || insideText(shape, offset)) continue;
    // After a syntax error, quoted text may be in no scalar at all.
    if (/["']/.test(text[match.index - 1] ?? '')) continue;
    if (shape.plains.some(({ range, value }) => range[0] === offset && value === match[0])) continue;
    const message = 'A variable within braces or brackets needs quotes: its own braces start a mapping';
    return quoting(offset, match[0], 'yaml-variable', message, false);
  }
  return undefined;
}

function colon({ lines, errors, shape }: Scene): Trap | undefined {
  for (const { code, pos } of errors) {
    if (code !== 'BLOCK_AS_IMPLICIT_KEY' && code !== 'BLOCK_IN_FLOW') continue;
    if (errors.some((other) => other.code === 'MULTILINE_IMPLICIT_KEY' && other.pos[0] === pos[0])) continue;
    const sentence = valueAt(lines, pos[0], within(shape.flows, pos[0]));
    if (!/^[^\s"'[\]{}>|&*!-].*:\s/.test(sentence)) continue;
    return quoting(
      pos[0],
      sentence,
      'yaml-colon',
      'A colon within a value starts a mapping: this value needs quotes',
      false,
    );
  }
  return undefined;
}

function badStart({ lines, errors, shape }: Scene): Trap | undefined {
  const error = errors.find(({ code }) => code === 'BAD_SCALAR_START');
  if (error === undefined) return undefined;
  const value = valueAt(lines, error.pos[0], within(shape.flows, error.pos[0]));
  if (!/^[%@`]/.test(value)) return undefined;
  const percent = /^%\s?(\d+(\.\d+)?)$/.exec(value)?.[1];
  const message = `A value cannot begin with "${value.charAt(0)}" without quotes`;
  const trap = quoting(error.pos[0], value, 'yaml-start', message, percent !== undefined);
  return percent === undefined ? trap : { ...trap, help: `write the percent sign last: ${percent}%` };
}

function star({ lines, shape }: Scene): Trap | undefined {
  const alias = shape.lostAliases[0];
  if (alias === undefined) return undefined;
  const value = valueAt(lines, alias[0], within(shape.flows, alias[0]));
  if (!value.startsWith('*')) return undefined;
  const name = value.slice(1).split(/\s/)[0] ?? '';
  const message = `A value that begins with "*" refers to an anchor, and there is no anchor "&${name}"`;
  return quoting(alias[0], value, 'yaml-alias', message, true);
}

function quoting(start: number, value: string, code: string, message: string, guess: boolean): Trap {
  const range: Range = [start, start + value.length];
  const quoted = JSON.stringify(value);
  return {
    range,
    code,
    message,
    found: value,
    help: `write ${quoted}`,
    mend: [{ range, text: quoted }],
    guess,
  };
}

/** The text of an unquoted value: to the end of the line or to a comment; within braces or brackets to their next sign. */
function valueAt(lines: Lines, start: number, flow: boolean): string {
  const { line, column } = lines.position(start);
  const rest = lines.text(line).slice(column - 1);
  const end = rest.search(flow ? /[,\]}]|\s#/ : /\s#/);
  return (end === -1 ? rest : rest.slice(0, end)).trimEnd();
}
