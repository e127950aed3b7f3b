import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import {
  filesInZip,
  packageFixture,
  packageService,
  type Packaged,
  type Template,
  type TemplateResource,
} from './support.ts';

const root = resolve(import.meta.dirname, '../..');
const targets = ['plain', 'wrapped', 'own', 'late', 'foreign'];

const withPlugin = (yaml: string): string => yaml.replace('# inoculate: plugin', '- inoculate/serverless');
const withTargets = (settings: string) => (yaml: string) =>
  withPlugin(yaml).replace('# inoculate: custom', `custom: { inoculate: ${settings} }`);

/** What follows from the functions: their names have a hash in them. */
function withoutVersions({ Resources }: Template): Record<string, TemplateResource> {
  return Object.fromEntries(
    Object.entries(Resources).filter(([, { Type }]) => Type !== 'AWS::Lambda::Version'),
  );
}

const keyCondition = (kind: string, names: readonly string[]) => ({
  'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': names.map((name) => `${kind}#${name}`) },
  Null: { 'dynamodb:LeadingKeys': 'false' },
});

const policy = (role: string, names: readonly string[]) => {
  const Resource = {
    'Fn::Sub':
      'arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/inoculate-dev-functions',
  };
  return {
    Type: 'AWS::IAM::Policy',
    Properties: {
      PolicyName: 'inoculate',
      Roles: [{ Ref: role }],
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Sid: 'InoculateReadOwnDose',
            Effect: 'Allow',
            Action: ['dynamodb:GetItem'],
            Resource,
            Condition: keyCondition('dose', names),
          },
          {
            Sid: 'InoculateWriteOwnTelemetry',
            Effect: 'Allow',
            Action: ['dynamodb:PutItem'],
            Resource,
            Condition: keyCondition('telemetry', names),
          },
        ],
      },
    },
  };
};

describe('serverless package, without an AWS account', () => {
  let before: Packaged;
  let idle: Packaged;
  let attached: Packaged;

  beforeAll(async () => {
    before = await packageFixture('roles', (yaml) => yaml);
    idle = await packageFixture('roles', withPlugin);
    attached = await packageFixture('roles', withTargets(`{ targets: [${targets.join(', ')}] }`));
  });

  it('packages with a validation that refuses what it does not know', () => {
    expect([before, idle, attached].map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
  });

  it('leaves a service without targets as it is, byte by byte', () => {
    expect(JSON.stringify(idle.template)).toBe(JSON.stringify(before.template));
    expect([...idle.files.keys()]).toEqual([...before.files.keys()]);
    expect(idle.files.get('roles.zip')?.equals(before.files.get('roles.zip')!)).toBe(true);
    expect(idle.output).toMatch(/attached to no function: custom\.inoculate\.targets names none/);
  });

  it('adds layer, wrapper, table, tag and permissions to the targets, and nothing else', () => {
    const layer = { Ref: 'InoculateLambdaLayer' };
    const tag = { Key: 'inoculate', Value: 'allow' };
    const functions = structuredClone(withoutVersions(before.template));
    for (const name of targets) {
      const { Properties } = functions[`${name[0]!.toUpperCase()}${name.slice(1)}LambdaFunction`]!;
      const earlier = Properties.Environment.Variables.AWS_LAMBDA_EXEC_WRAPPER;
      Properties.Layers.push(layer);
      Properties.Tags.push(tag);
      Object.assign(Properties.Environment.Variables, {
        AWS_LAMBDA_EXEC_WRAPPER: '/opt/inoculate/wrapper',
        INOCULATE_TABLE: 'inoculate-dev-functions',
        ...(earlier === undefined ? {} : { INOCULATE_EXEC_WRAPPER: earlier }),
      });
    }
    expect(withoutVersions(attached.template)).toEqual({
      ...functions,
      InoculateLambdaLayer: {
        Type: 'AWS::Lambda::LayerVersion',
        Properties: {
          Content: {
            S3Bucket: { Ref: 'ServerlessDeploymentBucket' },
            S3Key: 'serverless/roles/dev/TIME/inoculate.zip',
          },
          LayerName: 'roles-dev-inoculate',
          Description: expect.any(String),
          LicenseInfo: 'Apache-2.0',
          CompatibleRuntimes: ['nodejs22.x', 'nodejs24.x'],
          CompatibleArchitectures: ['x86_64', 'arm64'],
        },
      },
      InoculateIamRoleLambdaExecutionPolicy: policy('IamRoleLambdaExecution', [
        'roles-dev-plain',
        'roles-dev-wrapped',
      ]),
      InoculateOwnRolePolicy: { ...policy('OwnRole', ['own-by-name']), Condition: 'Always' },
      InoculateLateIamRoleLambdaExecutionPolicy: policy('LateIamRoleLambdaExecution', ['roles-dev-late']),
    });
  });

  it('adds the outputs of a layer, and no others', () => {
    const ids = ({ template }: Packaged): string[] => Object.keys(template.Outputs);
    expect(ids(attached).filter((id) => !ids(before).includes(id))).toEqual([
      'InoculateLambdaLayerHash',
      'InoculateLambdaLayerQualifiedArn',
      'InoculateLambdaLayerS3Key',
    ]);
    expect(ids(attached)).toHaveLength(ids(before).length + 3);
  });

  it('starts a wrapper that was there before, after its own', () => {
    const { Environment } = attached.template.Resources['WrappedLambdaFunction']!.Properties;
    expect(Environment.Variables).toMatchObject({
      AWS_LAMBDA_EXEC_WRAPPER: '/opt/inoculate/wrapper',
      INOCULATE_EXEC_WRAPPER: '/opt/other/wrapper',
    });
  });

  it('makes new versions of the targets, and of no other function', () => {
    const versions = ({ template }: Packaged): string[] =>
      Object.keys(template.Resources).filter((id) => id.includes('LambdaVersion'));
    const kept = versions(attached).filter((id) => versions(before).includes(id));
    expect(kept.map((id) => id.replace(/LambdaVersion.*/, '')).sort()).toEqual(['Bystander', 'Snake']);
    expect(versions(attached)).toHaveLength(versions(before).length);
  });

  it('packs the whole layer, executable, whatever the patterns of the service leave out', async () => {
    const layer = filesInZip(attached.files.get('inoculate.zip')!);
    const built = await readdir(join(root, 'dist/layer/inoculate'));
    expect([...layer.keys()].sort()).toEqual(built.map((name) => `inoculate/${name}`).sort());
    expect(layer.get('inoculate/wrapper')?.mode).toBe(0o755);
    expect(attached.files.get('inoculate.zip')!.length).toBeLessThan(150_000);
    expect(attached.files.get('roles.zip')?.equals(before.files.get('roles.zip')!)).toBe(true);
  });

  it('says what the owner of a role from elsewhere must add to it', () => {
    expect(attached.output).toMatch(
      /role of "roles-dev-foreign" is not part of this service \("arn:aws:iam::123456789012:role\/elsewhere"\)/,
    );
    const [, pasted = ''] = /reach the function\.\n(\{.*?\n\})/s.exec(attached.output) ?? [];
    const Resource = 'arn:aws:dynamodb:eu-central-1:123456789012:table/inoculate-dev-functions';
    expect(JSON.parse(pasted)).toMatchObject({
      Version: '2012-10-17',
      Statement: [
        {
          Action: ['dynamodb:GetItem'],
          Resource,
          Condition: keyCondition('dose', ['roles-dev-foreign']),
        },
        {
          Action: ['dynamodb:PutItem'],
          Resource,
          Condition: keyCondition('telemetry', ['roles-dev-foreign']),
        },
      ],
    });
  });

  it('takes a layer and a controller from elsewhere', async () => {
    const arn = 'arn:aws:lambda:eu-central-1:123456789012:layer:inoculate-prod:7';
    const settings = `{ targets: [plain], controller: { stage: prod }, layerArn: '${arn}' }`;
    const { template, files } = await packageFixture('roles', withTargets(settings));
    const { Layers, Environment } = template.Resources['PlainLambdaFunction']!.Properties;
    expect(Layers.at(-1)).toBe(arn);
    expect(Environment.Variables.INOCULATE_TABLE).toBe('inoculate-prod-functions');
    expect([...files.keys()]).not.toContain('inoculate.zip');
    expect(template.Resources).not.toHaveProperty('InoculateLambdaLayer');
    const { PolicyDocument } = template.Resources['InoculateIamRoleLambdaExecutionPolicy']!.Properties;
    expect(PolicyDocument.Statement.map(({ Resource }) => Resource)).toEqual(
      Array(2).fill({ 'Fn::Sub': expect.stringMatching(/:table\/inoculate-prod-functions$/) }),
    );
  });

  it('tells every mistake in the targets at once, before it bundles anything', async () => {
    const { exitCode, output } = await packageFixture(
      'roles',
      withTargets('{ targets: [plian, snake, plain] }'),
    );
    expect(exitCode).not.toBe(0);
    expect(output).toContain(
      'custom.inoculate.targets[0]: No function is named "plian" (did you mean "plain"?); expected "plain", "wrapped", ',
    );
    expect(output).toContain(
      'custom.inoculate.targets[1]: The function "snake" runs on python3.13; expected "nodejs22.x" or "nodejs24.x", from an archive',
    );
    expect(output).not.toContain('targets[2]');
  });
});

describe('the example shop', () => {
  it.each(['naive', 'hardened'])('is ready to be deployed (%s)', async (variant) => {
    const { exitCode, output, template, files } = await packageService(join(root, 'examples/shop', variant));
    expect({ exitCode, output: exitCode === 0 ? '' : output }).toEqual({ exitCode: 0, output: '' });
    for (const id of ['CheckoutLambdaFunction', 'PricingLambdaFunction']) {
      const { Layers, Environment } = template.Resources[id]!.Properties;
      expect(Layers).toEqual([{ Ref: 'InoculateLambdaLayer' }]);
      expect(Environment.Variables.AWS_LAMBDA_EXEC_WRAPPER).toBe('/opt/inoculate/wrapper');
    }
    expect(template.Resources['SeedLambdaFunction']!.Properties).not.toHaveProperty('Layers');
    expect([...filesInZip(files.get('checkout.zip')!).keys()]).toEqual(['functions/checkout.mjs']);
  });
});
