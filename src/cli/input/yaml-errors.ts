import type { ErrorCode, YAMLError } from 'yaml';
import type { Shape } from './compose.ts';
import type { Mistake } from './mistake.ts';
import type { Range } from './positions.ts';

/** Errors after which the rest of the document still means what it says. */
const harmless: ReadonlySet<ErrorCode> = new Set(['BAD_DQ_ESCAPE', 'TAG_RESOLVE_FAILED', 'MULTIPLE_ANCHORS']);

export function isHarmless({ code }: YAMLError): boolean {
  return harmless.has(code);
}

/** A syntax error in words for the person who wrote the file, where the mistake begins and not where it was noticed. */
export function explainYamlError(error: YAMLError, text: string, shape: Shape): Mistake {
  const [start, end] = error.pos;
  const range: Range = [start, Math.max(start + 1, end)];
  const mistake = (message: string, help: string, at: Range = range): Mistake => ({
    range: at,
    code: 'yaml-syntax',
    message,
    found: text.slice(at[0], Math.min(at[1], at[0] + 40)).split('\n')[0] ?? '',
    help,
  });
  if (error.code === 'MISSING_CHAR' && /closing ['"]quote/.test(error.message)) {
    const opened = shape.texts.findLast((quoted) => quoted[0] < start)?.[0] ?? start;
    return mistake('A quoted text begins here and never ends', `end it with ${text.charAt(opened)}`, [
      opened,
      opened + 1,
    ]);
  }
  if (/Flow (map|sequence) in block collection/.test(error.message)) {
    const opened = shape.flows.findLast((flow) => flow[0] < start)?.[0] ?? start;
    const bracket = text.charAt(opened);
    const closing = bracket === '{' ? '}' : ']';
    return mistake(`This "${bracket}" is never closed`, `close it with "${closing}"`, [opened, opened + 1]);
  }
  switch (error.code) {
    case 'MULTILINE_IMPLICIT_KEY':
    case 'BLOCK_AS_IMPLICIT_KEY':
      return mistake(
        'This value goes on in the next line as if it were a mapping',
        'check the indentation and the colons of both lines; a sentence with a colon needs quotes',
      );
    case 'BAD_INDENT':
      return mistake(
        'The indentation does not fit the lines above',
        'lines of one level begin in one column',
      );
    case 'TAG_RESOLVE_FAILED':
      return mistake('Tags (beginning with "!") mean nothing here', 'write the value itself');
    case 'BAD_DQ_ESCAPE':
      return mistake('There is no such escape in double quotes', 'write \\\\ for a backslash');
    default:
      return mistake(
        `This is not YAML: ${error.message.replace(/[\p{Cc}]/gu, ' ')}`,
        'check quotes, brackets, commas and indentation',
      );
  }
}
