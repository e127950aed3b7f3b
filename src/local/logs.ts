import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import path from 'node:path';
import type { HostLog } from './types.ts';

/** Appends what functions and processes write to one file each, and hands every line on. */
export class Logs {
  readonly #folder: string;
  readonly #onLog: (line: HostLog) => void;
  readonly #files = new Map<string, WriteStream>();

  constructor(folder: string, onLog: ((line: HostLog) => void) | undefined) {
    mkdirSync(folder, { recursive: true });
    this.#folder = folder;
    this.#onLog = onLog ?? (() => undefined);
  }

  host(line: string): void {
    this.#onLog({ kind: 'host', line });
  }

  /** A sink for one sandbox or process: its output, in whatever pieces it comes, becomes lines. */
  sink(file: string, toLog: (line: string) => HostLog): (text: string) => void {
    let rest = '';
    return (text) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        this.#file(file).write(`${line}\n`);
        this.#onLog(toLog(line));
      }
    };
  }

  async close(): Promise<void> {
    await Promise.all(
      [...this.#files.values()].map((file) => new Promise<void>((resolve) => file.end(resolve))),
    );
    this.#files.clear();
  }

  #file(name: string): WriteStream {
    const known = this.#files.get(name);
    if (known !== undefined) return known;
    const file = createWriteStream(path.join(this.#folder, `${name}.log`), { flags: 'a' });
    file.on('error', (error) => this.host(`The log ${name}.log cannot be written: ${error.message}`));
    this.#files.set(name, file);
    return file;
  }
}
