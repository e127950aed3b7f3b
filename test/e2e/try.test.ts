import { join } from 'node:path';
import type { Trial } from '../../src/local/trial.ts';
import { Cli, fixtures } from './support.ts';

const cli = new Cli();
afterAll(() => cli.end());

const greet = join(fixtures, 'tiny/functions/greet.handler');

describe('try', () => {
  it('shows one handler with and without a fault, side by side', async () => {
    const { code, out, err } = await cli.run('try', greet, '--fault', 'invocation.error:PaymentFailed');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^ {10}without +with the fault$/m);
    expect(out).toMatch(/^result {4}ok +failed: PaymentFailed$/m);
    expect(out).toMatch(/^injected {2}- +1 time$/m);
    expect(out).toMatch(/^answer {4}\{"greeting":"Hello, you"\}/m);
  });

  it('says as JSON what each side answered, and where the fault never fired', async () => {
    const fault = 'dependency.error:dynamodb:ThrottlingException';
    const { code, out } = await cli.run('try', greet, '--fault', fault, '--json');
    const trial = JSON.parse(out) as Trial;
    expect(code).toBe(0);
    expect(trial).toMatchObject({
      without: { result: { ok: true } },
      with: { injected: 0, result: { ok: true } },
    });
  });
});
