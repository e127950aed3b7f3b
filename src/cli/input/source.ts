import { readFileSync, statSync } from 'node:fs';

/** No experiment that a person can review comes near it. */
export const maxFileBytes = 256 * 1024;

export interface Source {
  /** As the user named it. */
  readonly file: string;
  readonly text: string;
}

export type SourceResult =
  | { readonly ok: true; readonly source: Source }
  | {
      readonly ok: false;
      readonly code: string;
      readonly message: string;
      readonly help: string;
    };

/** Reads a file of UTF-8 text of bounded size; a byte order mark is dropped. */
export function readSource(path: string, file: string, maxBytes = maxFileBytes): SourceResult {
  try {
    const stats = statSync(path);
    if (!stats.isFile())
      return refused('not-a-file', `"${file}" is not a file`, 'give the path of a YAML or JSON file');
    if (stats.size > maxBytes) {
      const size = `${Math.ceil(stats.size / 1024)} KiB`;
      return refused('too-large', `The file is larger than ${maxBytes / 1024} KiB`, `it has ${size}`);
    }
    return decode(readFileSync(path), file);
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined) throw error;
    if (code === 'ENOENT') return refused('no-such-file', `There is no file "${file}"`, 'check the path');
    return refused('unreadable', `The file "${file}" cannot be read (${code})`, 'check its permissions');
  }
}

export function decode(bytes: Uint8Array, file: string): SourceResult {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    return refused('encoding', 'The file is UTF-16', 'save it as UTF-8');
  }
  try {
    return { ok: true, source: { file, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) } };
  } catch (error) {
    if (codeOf(error) !== 'ERR_ENCODING_INVALID_ENCODED_DATA') throw error;
    return refused('encoding', 'The file is not UTF-8 text', 'save it as UTF-8');
  }
}

function refused(code: string, message: string, help: string): SourceResult {
  return { ok: false, code, message, help };
}

/** The code of an error of Node's, such as ENOENT. */
function codeOf(error: unknown): string | undefined {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}
