import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { settingNames } from '../../src/core/service-settings.ts';
import { customSchema, readSettings } from '../../src/serverless/settings.ts';

const layerArn = 'arn:aws:lambda:eu-central-1:123456789012:layer:inoculate-prod:7';
const table = (stage: string): string => `inoculate-${stage}-functions`;

const mostly = <T>(good: readonly T[]): fc.Arbitrary<unknown> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...good) },
    { weight: 1, arbitrary: fc.oneof(fc.string(), fc.integer(), fc.array(fc.string()), fc.boolean()) },
  );

const anything = fc.record(
  {
    targets: mostly<unknown>(['all', [], ['a'], ['a', 'b']]),
    controller: fc.oneof(
      mostly<unknown>([{ stage: 'prod' }, { table: 'own-table' }, {}]),
      fc.record(
        { stage: mostly(['prod']), table: mostly(['own']), other: mostly(['x']) },
        { requiredKeys: [] },
      ),
    ),
    layerArn: mostly<unknown>([layerArn, { 'Fn::ImportValue': 'layer' }]),
    local: fc.constant({ setup: ['seed'] }),
    target: fc.constant(['a']),
  },
  { requiredKeys: [] },
);

describe('custom.inoculate', () => {
  it('is refused by the plugin exactly where its schema refuses it, too', () => {
    const validate = new Ajv2020({ strict: false }).compile(customSchema);
    fc.assert(
      fc.property(anything, (inoculate) => {
        const refused = 'problems' in readSettings({ inoculate }, 'dev');
        expect({ inoculate, refused }).toEqual({ inoculate, refused: !validate({ inoculate }) });
      }),
      { numRuns: 500 },
    );
  });

  it('knows the same names as the host of one machine', () => {
    expect(Object.keys(customSchema.properties.inoculate.properties)).toEqual([...settingNames]);
  });

  it.each([
    [undefined, { targets: undefined, table: table('dev'), layerArn: undefined }],
    [{ other: {} }, { targets: undefined, table: table('dev'), layerArn: undefined }],
    [{ inoculate: { targets: ['a'] } }, { targets: ['a'], table: table('dev'), layerArn: undefined }],
    [{ inoculate: { targets: 'all', layerArn } }, { targets: 'all', table: table('dev'), layerArn }],
    [
      { inoculate: { targets: [], controller: { stage: 'prod' } } },
      { targets: [], table: table('prod'), layerArn: undefined },
    ],
    [
      { inoculate: { targets: [], controller: { table: 'own' } } },
      { targets: [], table: 'own', layerArn: undefined },
    ],
  ])('%j means %j', (custom, settings) => {
    expect(readSettings(custom, 'dev')).toEqual(settings);
  });

  it('tells all mistakes at once, with what would be right', () => {
    const inoculate = {
      target: ['a'],
      targets: [1],
      controller: { stages: 'prod', stage: 'no/stage' },
      layerArn: 'arn:aws:lambda:eu-central-1:123456789012:layer:unversioned',
    };
    expect(readSettings({ inoculate }, 'dev')).toMatchObject({
      problems: [
        {
          path: ['custom', 'inoculate', 'target'],
          message: 'There is no setting target here (did you mean "targets"?)',
        },
        { path: ['custom', 'inoculate', 'targets', 0], expected: 'the name of a function' },
        {
          path: ['custom', 'inoculate', 'controller', 'stages'],
          message: 'There is no setting stages here (did you mean "stage"?)',
        },
        { path: ['custom', 'inoculate', 'controller', 'stage'] },
        { path: ['custom', 'inoculate', 'layerArn'], expected: expect.stringContaining('a layer version') },
      ],
    });
  });
});
