import type { InFunctionKind } from '../../../src/generated/types.ts';
import { faultPlaces } from '../../../src/generated/places.ts';
import { inFunctionFaults } from '../../../src/layer/faults/index.ts';
import { InvalidOptions, withFaults, wrap } from '../../../src/testing/index.ts';

/** What is said of options, whatever their types would say. */
async function said(options: unknown): Promise<string> {
  const error = await withFaults(options as never, () => 'ran').catch((thrown: unknown) => thrown);
  if (!(error instanceof InvalidOptions)) throw new Error('these options are taken', { cause: error });
  return error.message;
}

const latency = { kind: 'dependency.latency', host: 'prices.example.com', delay: '20ms' };

describe('options of a test', () => {
  it.each<[string, unknown, RegExp]>([
    ['no options', undefined, /null|undefined is no mapping/],
    ['no faults', {}, /faults: .*list/],
    ['an empty list', { faults: [] }, /faults: .* is empty/],
    [
      'a number without its unit',
      { faults: [{ ...latency, delay: 50 }] },
      /faults\[0\]\.delay: .*write 50ms or 50s/,
    ],
    ['a share without its sign', { faults: [{ ...latency, rate: 0.5 }] }, /faults\[0\]\.rate: .*50%/],
    [
      'a share of more than all',
      { faults: [{ ...latency, rate: '500%' }] },
      /faults\[0\]\.rate: 500% is too large/,
    ],
    [
      'a delay that goes down',
      { faults: [{ ...latency, delay: { min: '2s', max: '1s' } }] },
      /faults\[0\]\.delay\.max: .*longer/,
    ],
    [
      'a misspelt kind',
      { faults: [{ kind: 'dependency.eror' }] },
      /faults\[0\]\.kind: .*did you mean "dependency\.error"/,
    ],
    [
      'a misspelt property',
      { faults: [{ ...latency, rat: '5%' }] },
      /faults\[0\]\.rat: .*did you mean "rate"/,
    ],
    [
      'a control-plane kind',
      { faults: [{ kind: 'lambda.throttle', target: 'a' }] },
      /faults\[0\]\.kind: .*configuration of AWS/,
    ],
    [
      'a service without such an error',
      { faults: [{ kind: 'dependency.error', service: 'dynamodb', error: 'TooManyRequestsException' }] },
      /faults\[0\].*dynamodb/,
    ],
    [
      'conditions on an event that is not there',
      { faults: [{ ...latency, match: [{ path: 'a', equals: 1 }] }] },
      /faults\[0\]: "match".*wrap/,
    ],
    [
      'a kind that needs a handler',
      { faults: [{ kind: 'invocation.error' }] },
      /faults\[0\]: .*use wrap\(handler, \{ faults \}\)/,
    ],
    [
      'a kind that needs a process',
      { faults: [{ kind: 'sandbox.cpu', load: '50%' }] },
      /faults\[0\]: .*"inoculate try"/,
    ],
    [
      'an id that is none',
      { faults: [{ ...latency, id: 'first' }] },
      /faults\[0\]\.id: "first" is no id .*f1, f2/,
    ],
    [
      'an id twice',
      {
        faults: [
          { ...latency, id: 'f2' },
          { ...latency, id: 'f2' },
        ],
      },
      /faults\[1\]\.id: There are two faults f2/,
    ],
    ['a misspelt option', { faults: [latency], sed: 1 }, /sed: .*did you mean "seed"/],
    ['a seed that is none', { faults: [latency], seed: Number.NaN }, /seed: null is no seed/],
    [
      'a seed and a run',
      { faults: [latency], seed: 1, like: { salt: 'salt-0001' } },
      /seed: .*cannot both decide/,
    ],
    [
      'a run without its salt',
      { faults: [latency], like: { requestId: 'a' } },
      /like: .*the salt of the run/,
    ],
    ['a clock that is none', { faults: [latency], clock: {} }, /clock: .*now\(\)/],
    ['something else than a journal', { replay: { injected: [] } }, /replay: This is no journal/],
    [
      'an entry that is none',
      { replay: { inoculate: 'journal/1', faults: [latency], injected: [{}], skipped: [] } },
      /replay\.injected\[0\]: /,
    ],
    [
      'a journal with faults that are none',
      { replay: { inoculate: 'journal/1', faults: [{}], injected: [], skipped: [] } },
      /replay\.faults\[0\]: /,
    ],
    [
      'faults beside a journal',
      { faults: [latency], replay: { inoculate: 'journal/1', faults: [latency], injected: [], skipped: [] } },
      /faults: .*cannot stand beside "replay"/,
    ],
    [
      'what to do about differences from nothing',
      { faults: [latency], differences: 'report' },
      /differences: .*replay/,
    ],
  ])('are refused with the path and with what would be right: %s', async (_, options, pattern) => {
    expect(await said(options)).toMatch(pattern);
  });

  it('tells all mistakes at once', async () => {
    const text = await said({
      faults: [{ ...latency, rate: '500%', delay: 5 }, { kind: 'dependency.eror' }],
      seed: {},
    });
    for (const path of ['faults[0].rate', 'faults[0].delay', 'faults[1].kind', 'seed'])
      expect(text).toContain(`${path}: `);
  });

  it.each(Object.keys(inFunctionFaults))('takes %s, or says why not: whatever kinds there are', (kind) => {
    try {
      wrap(() => undefined, { faults: [{ kind } as never] });
    } catch (error) {
      expect(error).toBeInstanceOf(InvalidOptions);
      expect((error as Error).message).not.toContain('There is no kind');
    }
  });

  it('offers every kind that works inside a function, and no other', async () => {
    const text = await said({ faults: [{ kind: 'lambda.throttle' }] });
    const offered = [...text.matchAll(/"([a-z.-]+)"/g)].map(([, kind]) => kind);
    const kinds = Object.keys(faultPlaces).filter(
      (kind) => faultPlaces[kind as InFunctionKind].placement === 'in-function',
    );
    expect(offered).toEqual(kinds);
  });
});
