#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { runCli } from './cli.ts';
import { commands } from './commands/index.ts';
import { processContext } from './context.ts';

// A reader such as `head` may close the pipe before all is written, and a terminal may be closed: that is no error of
// ours. Most commands have nothing more to do then; a run goes on, or is being stopped, and writes its report.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
    if (process.argv[2] !== 'run') process.exit();
  });

process.exitCode = await runCli({ version: version(), commands }, process.argv.slice(2), processContext());

/** This file lies two folders below package.json, as source and as built. */
function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const found =
    typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : '';
  return String(found);
}
