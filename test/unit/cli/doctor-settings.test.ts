import { AwsClients } from '../../../src/aws/clients.ts';
import { settingsInForce } from '../../../src/cli/aws/doctor/settings.ts';
import type { Remote } from '../../../src/cli/aws/remote.ts';
import { defaultGuardrails, type Guardrails } from '../../../src/core/guardrails.ts';

const stored = { version: 3, at: 0, by: 'ada', file: 'settings.yml', text: '' };

async function finding(changes: Partial<Guardrails>, kept: object | null = stored): Promise<string> {
  const answer = {
    result: 'settings',
    stored: kept,
    guardrails: { ...defaultGuardrails('dev'), ...changes },
  };
  const remote: Remote = {
    stage: 'dev',
    aws: new AwsClients(),
    region: () => Promise.resolve('eu-central-1'),
    caller: () => Promise.reject(new Error('Nobody asked')),
    wait: () => Promise.resolve(),
    close: () => undefined,
    invoke: () => Promise.resolve(answer),
    prove: () => Promise.reject(new Error('Nobody asked')),
  };
  const [found, more] = await settingsInForce(remote);
  if (found === undefined || more !== undefined) throw new Error('One finding was expected');
  return `${found.state}: ${found.message}`;
}

const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

describe('doctor, of the settings', () => {
  it.each<readonly [string, Partial<Guardrails>, object | null, RegExp]>([
    ['none are stored', {}, null, /^warning: none are stored/],
    ['they allow nothing here', { refusedHere: 'Because.' }, stored, /^wrong: Because\.$/],
    [
      'their dates have run out',
      { closedKnownUntil: inDays(-2) },
      stored,
      /^warning: .*nothing runs any more/,
    ],
    [
      'their dates run out in 58 days',
      { closedKnownUntil: inDays(58) },
      stored,
      /^warning: .*nothing runs after that/,
    ],
    [
      'their dates last for 62 days',
      { closedKnownUntil: inDays(62) },
      stored,
      /^ok: version 3, stored .* by ada$/,
    ],
    ['they name no dates', {}, stored, /^ok: version 3/],
  ])('says so where %s', async (_what, changes, kept, says) => {
    expect(await finding(changes, kept)).toMatch(says);
  });
});
