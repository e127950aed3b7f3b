import { spawn } from 'node:child_process';
import http from 'node:http';
import path from 'node:path';
import { rmSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { describeWithEmulator } from './harness/describe-with-emulator.ts';
import { until } from './harness/until.ts';

const program = path.join(import.meta.dirname, 'fixtures/start-emulator.ts');

function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = http.get({ socketPath, path: '/_ministack/health', agent: false }, (response) => {
      response.resume();
      resolve(true);
    });
    request.on('error', () => resolve(false));
  });
}

describeWithEmulator('the life of an emulator', () => {
  it('ends with the process that started it, even where that is killed', async () => {
    const child = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] });
    const workDir = await new Promise<string>((resolve) => {
      child.stdout.setEncoding('utf8').once('data', (text: string) => resolve(text.trim()));
    });
    const socketPath = path.join(workDir, 'aws.sock');
    expect(await answers(socketPath)).toBe(true);
    child.kill('SIGKILL');
    await until(async () => !(await answers(socketPath)));
    rmSync(workDir, { recursive: true });
  });
});
