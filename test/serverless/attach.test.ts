import fc from 'fast-check';
import { attachmentOf } from '../../src/serverless/attach.ts';
import type { FunctionConfig, ProviderConfig, Service, Values } from '../../src/serverless/framework.ts';
import { selectTargets } from '../../src/serverless/targets.ts';

const layer = { Ref: 'InoculateLambdaLayer' };
const wrapper = '/opt/inoculate/wrapper';

function attach(config: Partial<FunctionConfig>, provider: Partial<ProviderConfig> = {}) {
  const target = { key: 'checkout', config: { name: 'shop-dev-checkout', ...config } };
  return attachmentOf(target, { name: 'aws', ...provider }, { layer, table: 'table' });
}

describe('a function becomes a target', () => {
  it('with what it has, and four things more', () => {
    const environment = fc.dictionary(fc.stringMatching(/^OWN_[A-Z]{1,5}$/), fc.string({ minLength: 1 }));
    const tags = fc.dictionary(fc.stringMatching(/^own-[a-z]{1,5}$/), fc.string({ minLength: 1 }));
    const layers = fc.option(fc.uniqueArray(fc.string(), { maxLength: 4 }), { nil: undefined });
    fc.assert(
      fc.property(environment, environment, tags, layers, layers, (own, shared, ownTags, layersOwn, all) => {
        const attachment = attach(
          { environment: own, tags: ownTags, ...(layersOwn === undefined ? {} : { layers: layersOwn }) },
          { environment: shared, ...(all === undefined ? {} : { layers: all }) },
        );
        expect(attachment).toEqual({
          layers: [...(layersOwn ?? all ?? []), layer],
          environment: { ...own, AWS_LAMBDA_EXEC_WRAPPER: wrapper, INOCULATE_TABLE: 'table' },
          tags: { ...ownTags, inoculate: 'allow' },
        });
      }),
    );
  });

  it.each<[string, Values | null, Values | null, unknown]>([
    ['its own', { AWS_LAMBDA_EXEC_WRAPPER: '/opt/a' }, null, '/opt/a'],
    ["the provider's", null, { AWS_LAMBDA_EXEC_WRAPPER: '/opt/b' }, '/opt/b'],
    [
      'its own before the provider’s',
      { AWS_LAMBDA_EXEC_WRAPPER: '/opt/a' },
      { AWS_LAMBDA_EXEC_WRAPPER: '/opt/b' },
      '/opt/a',
    ],
    [
      'none where its own is switched off',
      { AWS_LAMBDA_EXEC_WRAPPER: '' },
      { AWS_LAMBDA_EXEC_WRAPPER: '/opt/b' },
      undefined,
    ],
    [
      'what CloudFormation resolves',
      { AWS_LAMBDA_EXEC_WRAPPER: { Ref: 'Wrapper' } },
      null,
      { Ref: 'Wrapper' },
    ],
    [
      'never itself, which would start itself for ever',
      { AWS_LAMBDA_EXEC_WRAPPER: wrapper },
      null,
      undefined,
    ],
  ])('that starts the wrapper that was there before: %s', (_words, environment, shared, chained) => {
    const attachment = attach({ environment }, { environment: shared });
    expect(attachment).toMatchObject({ environment: { AWS_LAMBDA_EXEC_WRAPPER: wrapper } });
    expect('environment' in attachment && attachment.environment?.['INOCULATE_EXEC_WRAPPER']).toEqual(
      chained,
    );
  });

  it('once, however often it is asked for', () => {
    const once = attach({ environment: { AWS_LAMBDA_EXEC_WRAPPER: '/opt/a' }, layers: ['arn'] });
    expect('problems' in once ? once : attach(once)).toEqual(once);
  });

  it.each<[string, Partial<FunctionConfig>, string, RegExp]>([
    [
      'a fifth layer of its own',
      { layers: ['1', '2', '3', '4', '5'] },
      'functions.checkout.layers',
      /more than 5 layers/,
    ],
    [
      'another table',
      { environment: { INOCULATE_TABLE: 'x' } },
      'functions.checkout.environment.INOCULATE_TABLE',
      /"x" already/,
    ],
    [
      'another wrapper in the chain',
      { environment: { AWS_LAMBDA_EXEC_WRAPPER: '/opt/a', INOCULATE_EXEC_WRAPPER: '/opt/b' } },
      'functions.checkout.environment.INOCULATE_EXEC_WRAPPER',
      /"\/opt\/b" already/,
    ],
    [
      'a tag that says no',
      { tags: { inoculate: 'deny' } },
      'functions.checkout.tags.inoculate',
      /"deny" already/,
    ],
  ])('but not against %s', (_words, config, path, message) => {
    const attachment = attach(config);
    expect('problems' in attachment ? attachment.problems : []).toEqual([
      expect.objectContaining({ path: path.split('.'), message: expect.stringMatching(message) }),
    ]);
  });
});

describe('targets', () => {
  const functions: Record<string, FunctionConfig> = {
    checkout: { name: 'shop-checkout' },
    pricing: { name: 'shop-pricing', runtime: 'nodejs22.x' },
    render: { name: 'shop-render', image: 'repository@sha256:0' },
    rewrite: { name: 'shop-rewrite', events: [{ cloudFront: { eventType: 'viewer-request' } }] },
    old: { name: 'shop-old', runtime: 'nodejs20.x' },
  };
  const select = (wanted: readonly string[] | 'all' | undefined, keys = Object.keys(functions)) => {
    const service: Service = {
      provider: { name: 'aws' },
      getAllFunctions: () => keys,
      getFunction: (key) => functions[key]!,
    };
    const result = selectTargets(wanted, service, ({ runtime }) => runtime ?? 'nodejs24.x');
    return 'problems' in result ? result.problems : result.map(({ key }) => key);
  };

  it('are those named, each once', () => {
    expect(select(['pricing', 'checkout', 'pricing'])).toEqual(['pricing', 'checkout']);
    expect(select([])).toEqual([]);
    expect(select(undefined)).toEqual([]);
    expect(select('all', ['checkout', 'pricing'])).toEqual(['checkout', 'pricing']);
  });

  it.each([
    ['render', /"render" runs from a container image/],
    ['rewrite', /"rewrite" runs at the edge/],
    ['old', /"old" runs on nodejs20\.x/],
    ['chekout', /No function is named "chekout" \(did you mean "checkout"\?\)/],
    ['zzz', /No function is named "zzz"$/],
  ])('are never %s: the function is named, and what would be right', (key, message) => {
    expect(select(['checkout', key])).toEqual([
      expect.objectContaining({
        path: ['custom', 'inoculate', 'targets', 1],
        message: expect.stringMatching(message),
        expected: expect.stringMatching(/nodejs22\.x|without a cloudFront|"checkout", "pricing"/),
      }),
    ]);
  });

  it('are not quietly fewer than all: the list without those that cannot be is there to copy', () => {
    const problems = select('all');
    expect(problems).toHaveLength(3);
    for (const problem of problems) {
      expect(problem).toMatchObject({
        expected: expect.stringMatching(/; or leave it out: targets: \[checkout, pricing\]$/),
      });
    }
  });
});
