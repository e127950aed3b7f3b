import { resolve } from 'node:path';
import { runCli } from '../../../src/cli/cli.ts';
import { commands } from '../../../src/cli/commands/index.ts';
import { faultForms, parseFaultWords } from '../../../src/cli/try/fault-words.ts';
import { recordingContext } from './support.ts';

const fixtures = resolve(import.meta.dirname, '../../e2e/fixtures');
const handler = 'tiny/functions/greet.handler';

async function tried(...argv: readonly string[]) {
  const context = recordingContext(fixtures);
  const code = await runCli({ version: '0', commands }, ['try', ...argv], context);
  return { code, out: context.out(), err: context.err() };
}

describe('a fault in one word', () => {
  it.each([
    ['invocation.latency:800ms', { kind: 'invocation.latency', delay: 800 }],
    ['invocation.error:PaymentFailed', { kind: 'invocation.error', name: 'PaymentFailed' }],
    ['invocation.error', { kind: 'invocation.error' }],
    ['invocation.error:A:b: c', { kind: 'invocation.error', name: 'A', message: 'b: c' }],
    ['dependency.latency:dynamodb:500ms', { service: 'dynamodb', delay: 500 }],
    [
      'dependency.error:dynamodb/GetItem,Query:ProvisionedThroughputExceededException',
      {
        service: 'dynamodb',
        operations: ['GetItem', 'Query'],
        error: 'ProvisionedThroughputExceededException',
      },
    ],
    [
      'dependency.error:logs/PutLogEvents:throttle',
      { service: 'logs', operations: ['PutLogEvents'], error: 'throttle' },
    ],
    ['dependency.error:payments.example.com:503', { host: 'payments.example.com', status: 503 }],
    ['dependency.error:localhost:8080:503', { host: 'localhost:8080', status: 503 }],
    ['sandbox.memory:80%', { fill: 0.8 }],
    ['sandbox.memory:100MB', { bytes: 104_857_600 }],
    ['sandbox.disk:95%', { fill: 0.95 }],
    ['sandbox.cpu:load=50%:threads=2', { load: 0.5, threads: 2 }],
    ['sandbox.exit', { kind: 'sandbox.exit' }],
    ['sandbox.exit:137:when=after', { code: 137, when: 'after' }],
    ['sandbox.cold-start:10%', { every: 0.1 }],
  ])('%s', (text, expected) => {
    expect(parseFaultWords(text, 'handler')).toMatchObject({ target: 'handler', ...expected });
  });

  it('is understood in every form that the help names', () => {
    for (const form of faultForms.trim().split(/\s+/)) expect(() => parseFaultWords(form, 'h')).not.toThrow();
  });
});

describe('try', () => {
  it.each([
    ['which fault', [handler], /Which fault\?/],
    ['an unknown kind', [handler, '--fault', 'invocation.latncy:1s'], /did you mean "invocation\.latency"\?/],
    [
      'a fault without a length',
      [handler, '--fault', 'invocation.latency:fast'],
      /--fault invocation\.latency:fast/,
    ],
    [
      'a handler that is not there',
      ['nowhere.handler', '--fault', 'invocation.error'],
      /There is no handler/,
    ],
    ['a missing event', [handler, '--fault', 'invocation.error', '--event', 'no.json'], /There is no file/],
    [
      'an event that is not JSON',
      [handler, '--fault', 'invocation.error', '--event', 'tiny/serverless.yml'],
      /is not JSON/,
    ],
    ['a timeout', [handler, '--fault', 'invocation.error', '--timeout', '0'], /whole seconds, from 1 to 900/],
    [
      'a runtime',
      [handler, '--fault', 'invocation.error', '--runtime', 'nodejs18.x'],
      /nodejs22\.x or nodejs24\.x/,
    ],
  ])('asks for %s, starts nothing and ends with 2', async (_, argv, message) => {
    const { code, out, err } = await tried(...argv);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(message);
  });
});
