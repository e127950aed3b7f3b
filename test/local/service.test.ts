import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { type LocalService, readService, type ServiceProblem } from '../../src/local/service.ts';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'inoculate-service-')));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let count = 0;
/** Writes files beside a serverless.yml, and reads that. */
function read(yaml: string, files: Readonly<Record<string, string>> = {}): ReturnType<typeof readService> {
  const dir = join(folder, String((count += 1)));
  for (const [name, text] of Object.entries({ 'serverless.yml': yaml, ...files })) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), text);
  }
  return readService(join(dir, 'serverless.yml'), { stage: 'test', env: { TOKEN: 'from-env' } });
}

async function service(yaml: string, files: Readonly<Record<string, string>> = {}): Promise<LocalService> {
  const result = await read(yaml, files);
  if ('problems' in result) throw new Error(JSON.stringify(result.problems, null, 2));
  return result;
}

async function problems(
  yaml: string,
  files: Readonly<Record<string, string>> = {},
): Promise<(Omit<ServiceProblem, 'file' | 'code' | 'expected'> & { readonly in: string })[]> {
  const result = await read(yaml, files);
  if (!('problems' in result)) throw new Error('There were no problems.');
  return result.problems.map(({ file, line, column, path, message, found }) => ({
    in: file.split('/').at(-1) ?? '',
    line,
    column,
    path,
    message,
    found,
  }));
}

const head = 'service: shop\nprovider: { name: aws, runtime: nodejs22.x }\n';

describe('a function', () => {
  it('has the defaults of the framework, and its deployed name', async () => {
    const { functions } = await service(`${head}functions:\n  a: { handler: src/a.main }\n`);
    expect(functions['a']).toEqual({
      key: 'a',
      name: 'shop-test-a',
      arn: 'arn:aws:lambda:us-east-1:000000000000:function:shop-test-a',
      handler: 'src/a.main',
      runtime: 'nodejs22.x',
      timeoutS: 6,
      memoryMb: 1024,
      ephemeralStorageMb: 512,
      environment: {},
    });
  });

  it('takes what the provider says, and its own before that', async () => {
    const { functions } = await service(`service: shop
provider:
  name: aws
  runtime: nodejs22.x
  region: eu-west-1
  timeout: 10
  memorySize: 256
  environment: { A: provider, B: 1, C: true }
functions:
  a: { handler: a.main }
  b:
    handler: a.main
    name: special
    runtime: nodejs24.x
    timeout: 20
    memorySize: 512
    ephemeralStorageSize: 1024
    environment: { A: own }
`);
    expect(functions['a']).toMatchObject({
      timeoutS: 10,
      memoryMb: 256,
      environment: { A: 'provider', B: '1', C: 'true' },
    });
    expect(functions['b']).toMatchObject({
      name: 'special',
      arn: 'arn:aws:lambda:eu-west-1:000000000000:function:special',
      runtime: 'nodejs24.x',
      timeoutS: 20,
      memoryMb: 512,
      ephemeralStorageMb: 1024,
      environment: { A: 'own', B: '1', C: 'true' },
    });
  });

  it('may stand in a file of its own, in a list', async () => {
    const files = {
      'functions/a.yml': 'a: { handler: functions/a.main }\n',
      'functions/b.yml': 'b: { handler: b.main }\n',
    };
    const yaml = `${head}functions:\n  - \${file(functions/a.yml)}\n  - \${file(functions/b.yml)}\n`;
    expect(Object.keys((await service(yaml, files)).functions)).toEqual(['a', 'b']);
  });

  it('that is not Node.js is left out, with a note', async () => {
    const yaml = `${head}functions:\n  a: { handler: a.main }\n  p: { handler: p.main, runtime: python3.13 }\n`;
    const { functions, notes } = await service(yaml);
    expect(Object.keys(functions)).toEqual(['a']);
    expect(notes).toEqual([
      'The function p is left out: it runs python3.13, and only Node.js runs on one machine.',
    ]);
  });
});

describe('a variable', () => {
  const value = async (
    text: string,
    more = '',
    files: Readonly<Record<string, string>> = {},
  ): Promise<unknown> => {
    const yaml = `${head}${more}functions:\n  a:\n    handler: a.main\n    environment:\n      X: ${text}\n`;
    return (await service(yaml, files)).functions['a']?.environment['X'];
  };

  it.each([
    ['${sls:stage}', 'test'],
    ["${opt:stage, 'dev'}", 'test'],
    ["${opt:region, 'eu-north-1'}", 'eu-north-1'],
    ['${self:custom.word}', 'hello'],
    ['${self:custom.${sls:stage}.deep}', 'of the stage'],
    ['${self:custom.list.1}', 'second'],
    ['a-${self:custom.word}-${sls:stage}-z', 'a-hello-test-z'],
    ['${env:TOKEN}', 'from-env'],
    ["${env:NOT_SET, 'default'}", 'default'],
    ['${env:NOT_SET, self:custom.word}', 'hello'],
    ['${env:NOT_SET, ${self:custom.word}}', 'hello'],
    ['${self:custom.through}', 'hello again'],
    ['${self:custom.number}', '12'],
    ['${aws:region}/${aws:accountId}', 'us-east-1/000000000000'],
    ['${param:url}', 'https://test.example.com'],
    ['${param:other}', 'of all stages'],
    ["${ssm:/secret, 'fallback'}", 'fallback'],
    ['${file(./values.yml):inner.word}', 'from a file'],
    ['${file(./values.json):word}', 'from json'],
    ["${file(./missing.yml):word, 'none'}", 'none'],
    ['${self:service}-${self:provider.name}', 'shop-aws'],
  ])('%s is %s', async (text, expected) => {
    const more = `custom:
  word: hello
  through: \${self:custom.word} again
  number: 12
  test: { deep: of the stage }
  list: [first, second]
params:
  default: { url: https://example.com, other: of all stages }
  test: { url: https://test.example.com }
`;
    const files = {
      'values.yml': 'inner:\n  word: ${self:custom.file}\n',
      'values.json': '{"word":"from json"}',
    };
    expect(await value(text, `${more.replace('custom:\n', 'custom:\n  file: from a file\n')}`, files)).toBe(
      expected,
    );
  });

  it('that only the deployment needs is not looked at', async () => {
    const more = 'custom: { secret: "${ssm:/secret}" }\n';
    expect(await value('fine', more)).toBe('fine');
  });
});

describe("CloudFormation's functions", () => {
  it.each([
    ['{ Ref: Orders }', 'shop-test-orders'],
    ['!Ref Orders', 'shop-test-orders'],
    ['{ Ref: Unnamed }', 'shop-test-Unnamed'],
    ['{ Fn::GetAtt: [Orders, Arn] }', 'arn:aws:dynamodb:us-east-1:000000000000:table/shop-test-orders'],
    ['!GetAtt Orders.Arn', 'arn:aws:dynamodb:us-east-1:000000000000:table/shop-test-orders'],
    ['!GetAtt Orders.StreamArn', expect.stringContaining('table/shop-test-orders/stream/')],
    ['{ Ref: ALambdaFunction }', 'shop-test-a'],
    [
      '!GetAtt WithDashdashLambdaFunction.Arn',
      'arn:aws:lambda:us-east-1:000000000000:function:shop-test-with-dash',
    ],
    ['!Sub "${Orders}/${AWS::Region}/${!kept}"', 'shop-test-orders/us-east-1/${kept}'],
    [
      '{ Fn::Sub: ["${name}-${Orders.Arn}", { name: { Ref: Unnamed } }] }',
      expect.stringMatching(/^shop-test-Unnamed-arn:/),
    ],
    ["{ Fn::Join: ['-', [a, { Ref: Orders }, !Ref AWS::AccountId]] }", 'a-shop-test-orders-000000000000'],
    ['{ Ref: AWS::StackName }', 'shop-test'],
  ])('%s', async (text, expected) => {
    const { functions, tables } = await service(`${head}functions:
  a:
    handler: a.main
    environment:
      X: ${text}
  with-dash: { handler: a.main }
resources:
  - Resources:
      Orders:
        Type: AWS::DynamoDB::Table
        Properties:
          TableName: \${self:service}-\${sls:stage}-orders
          KeySchema: [{ AttributeName: id, KeyType: HASH }]
          AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      Unnamed:
        Type: AWS::DynamoDB::Table
        Properties:
          KeySchema: [{ AttributeName: id, KeyType: HASH }]
          AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
`);
    expect(functions['a']?.environment['X']).toEqual(expected);
    expect(tables.map(({ TableName }) => TableName)).toEqual(['shop-test-orders', 'shop-test-Unnamed']);
  });
});

describe('local settings', () => {
  const local = `custom:
  inoculate:
    local:
      processes:
        - { name: payments, command: [node, payments.ts], portEnv: PAYMENTS_PORT, environment: { MODE: quick } }
      environment:
        PAYMENTS_URL: http://127.0.0.1:<payments.port>/v1
`;

  it('name helper processes, and variables that win over the deployed ones', async () => {
    const yaml = `${head}${local}functions:\n  a:\n    handler: a.main\n    environment:\n      PAYMENTS_URL: { Fn::ImportValue: x }\n`;
    const { processes, functions } = await service(yaml);
    expect(processes).toEqual([
      {
        name: 'payments',
        command: ['node', 'payments.ts'],
        portEnv: 'PAYMENTS_PORT',
        environment: { MODE: 'quick' },
      },
    ]);
    expect(functions['a']?.environment).toEqual({ PAYMENTS_URL: 'http://127.0.0.1:<payments.port>/v1' });
  });
});

describe('the plugin', () => {
  const functions = 'functions:\n  a: { handler: src/a.main }\n';

  it('and what custom.inoculate says to it change nothing on one machine', async () => {
    const plain = await service(`${head}${functions}`);
    const attached = await service(
      `${head}plugins: [inoculate/serverless]
custom:
  inoculate:
    targets: [a]
    controller: { stage: prod }
    layerArn: arn:aws:lambda:us-east-1:000000000000:layer:inoculate-prod:1
${functions}`,
    );
    expect({ ...attached, dir: plain.dir }).toEqual(plain);
  });

  it('has no settings of other names', async () => {
    expect(await problems(`${head}custom:\n  inoculate:\n    target: [a]\n${functions}`)).toMatchObject([
      { path: 'custom.inoculate.target', message: 'target is not known here' },
    ]);
  });
});

describe('bundling', () => {
  const functions = 'functions:\n  a: { handler: src/a.main }\n';

  it('is not done where nothing asks for it', async () => {
    expect((await service(head + functions, { 'src/a.js': '' })).bundling).toEqual({ mode: 'none' });
  });

  it('is done for TypeScript, to ES modules that may still call require', async () => {
    const { bundling } = await service(head + functions, { 'src/a.ts': '' });
    expect(bundling).toMatchObject({
      mode: 'esbuild',
      options: { format: 'esm', banner: { js: expect.any(String) } },
    });
  });

  it("takes the plugin's settings", async () => {
    const custom = 'custom:\n  esbuild: { bundle: true, minify: true, target: node22, external: [pg] }\n';
    const { bundling } = await service(head + custom + functions, { 'src/a.ts': '' });
    expect(bundling).toEqual({
      mode: 'esbuild',
      options: { format: 'cjs', minify: true, target: 'node22', external: ['pg'] },
    });
  });
});

describe('a problem says where it is, what was found, and what would be right', () => {
  const a = 'functions:\n  a: { handler: a.main }\n';
  const cases: readonly (readonly [string, string, object])[] = [
    [
      'an old runtime',
      'service: shop\nprovider:\n  name: aws\n  runtime: nodejs18.x\nfunctions:\n  a: { handler: a.main }\n',
      {
        line: 4,
        column: 12,
        path: 'provider.runtime',
        message: 'nodejs18.x cannot be run here',
        found: 'nodejs18.x',
      },
    ],
    [
      'no handler',
      `${head}functions:\n  a: { timeout: 3 }\n`,
      { line: 4, column: 6, path: 'functions.a', message: 'The function a has no handler', found: '' },
    ],
    [
      'a handler without an export',
      `${head}functions:\n  a: { handler: src/a }\n`,
      { line: 4, column: 17, path: 'functions.a.handler', found: '"src/a"' },
    ],
    [
      'a timeout with a unit',
      `${head}functions:\n  a:\n    handler: a.main\n    timeout: 3s\n`,
      { line: 6, column: 14, path: 'functions.a.timeout', found: '"3s"' },
    ],
    [
      'a variable of the environment that is not set',
      `${head}functions:\n  a:\n    handler: a.main\n    environment: { X: "\${env:NOT_SET}" }\n`,
      { line: 6, column: 23, path: 'functions.a.environment.X', message: '${env:NOT_SET} has no value' },
    ],
    [
      'a source that needs AWS',
      `${head}functions:\n  a:\n    handler: a.main\n    environment: { X: "\${ssm:/x}" }\n`,
      {
        line: 6,
        column: 23,
        message: '${ssm:/x} comes from a source that is not read here',
        found: 'ssm:/x',
      },
    ],
    [
      'a file that is a program',
      `${head}functions: \${file(functions.js)}\n`,
      { line: 3, column: 12, message: 'functions.js is a program, and is not run here' },
    ],
    [
      'a variable that refers to itself',
      `${head}custom: { x: "\${self:custom.y}", y: "\${self:custom.x}" }\nfunctions:\n  a:\n    handler: a.main\n    environment: { X: "\${self:custom.x}" }\n`,
      { message: 'This variable refers to itself' },
    ],
    [
      'a resource that does not run here',
      `${head}functions:\n  a:\n    handler: a.main\n    environment:\n      Q: { Ref: Queue }\n`,
      {
        line: 7,
        column: 17,
        path: 'functions.a.environment.Q.Ref',
        message: 'Queue is nothing that runs on one machine',
      },
    ],
    [
      'a table without a key',
      `${head}${a}resources:\n  Resources:\n    T:\n      Type: AWS::DynamoDB::Table\n      Properties: { TableName: t }\n`,
      { line: 9, column: 19, path: 'resources.Resources.T.Properties', message: 'The table T has no key' },
    ],
    [
      'an unknown local setting',
      `${head}custom:\n  inoculate:\n    local:\n      process: []\n${a}`,
      { line: 6, column: 16, path: 'custom.inoculate.local.process', found: 'process' },
    ],
    [
      'the port of a process that is not there',
      `${head}custom:\n  inoculate:\n    local:\n      environment: { URL: "http://127.0.0.1:<pay.port>" }\n${a}`,
      { line: 6, column: 27, message: 'No process is named pay', found: '<pay.port>' },
    ],
    ['YAML that cannot be read', `${head}functions: [a\n`, { in: 'serverless.yml', line: 4 }],
    [
      'a service without functions',
      head,
      { line: 1, column: 1, message: 'The service has no function to run' },
    ],
  ];

  it.each(cases)('%s', async (_name, yaml, expected) => {
    const found = await problems(yaml, { 'functions.js': '' });
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ in: 'serverless.yml', ...expected });
  });

  it('in the file in which it stands', async () => {
    const files = { 'provider.yml': 'name: aws\n# the old one\nruntime: nodejs16.x\n' };
    const found = await problems(`service: shop\nprovider: \${file(provider.yml)}\n${a}`, files);
    expect(found).toEqual([expect.objectContaining({ in: 'provider.yml', line: 3, column: 10 })]);
  });

  it('all of them at once, each once', async () => {
    const yaml = `service: shop
provider: { name: aws, runtime: nodejs22.x, environment: { X: "\${env:NOT_SET}" } }
functions:
  a: { handler: a.main, timeout: 0 }
  b: { handler: b.main, memorySize: 64 }
`;
    expect((await problems(yaml)).map(({ path }) => path)).toEqual([
      'functions.a.timeout',
      'provider.environment.X',
      'functions.b.memorySize',
    ]);
  });

  it('also where there is no file at all', async () => {
    const result = await readService(join(folder, 'nowhere.yml'), { stage: 'test' });
    expect(result).toMatchObject({ problems: [{ file: join(folder, 'nowhere.yml'), code: 'no-file' }] });
  });
});

describe('the services of this repository', () => {
  it.each(['naive', 'hardened'])('examples/shop/%s can be read', async (variant) => {
    const file = resolve(import.meta.dirname, `../../examples/shop/${variant}/serverless.yml`);
    const result = await readService(file, { stage: 'dev' });
    expect(result).not.toHaveProperty('problems');
    expect(Object.keys((result as LocalService).functions)).toEqual(
      expect.arrayContaining(['checkout', 'pricing']),
    );
  });
});
