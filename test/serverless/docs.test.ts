import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { functionStatements, functionTableOf } from '../../src/core/function-permissions.ts';
import { attachmentOf } from '../../src/serverless/attach.ts';
import { readSettings } from '../../src/serverless/settings.ts';

const page = readFileSync('docs/PLUGIN.md', 'utf8');
const block = (language: string, after = ''): string => {
  const rest = page.slice(page.indexOf(after));
  const [, text] = new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 's').exec(rest) ?? [];
  if (text === undefined) throw new Error(`There is no block in ${language} after ${after}.`);
  return text;
};

const name = 'shop-dev-checkout';
const table = functionTableOf('dev');

describe('docs/PLUGIN.md', () => {
  it('has two lines that mean what they seem to', () => {
    const { plugins, custom } = parse(block('yaml')) as { plugins: unknown; custom: unknown };
    expect(plugins).toEqual(['inoculate/serverless']);
    expect(readSettings(custom, 'dev')).toMatchObject({ targets: ['checkout', 'pricing'], table });
  });

  it('adds by hand with SAM what the plugin adds', () => {
    const tags = ['!Ref', '!Sub'].map((tag) => ({
      tag,
      resolve: (text: string) => (tag === '!Ref' ? { Ref: text } : text),
    }));
    const { Resources } = parse(block('yaml', '### AWS SAM'), { customTags: tags });
    const { FunctionName, Layers, Environment, Tags, Policies } = Resources.Checkout.Properties;
    const target = { key: 'checkout', config: { name: FunctionName as string } };
    const layer = { Ref: 'InoculateLayer' };
    expect({ layers: Layers, environment: Environment.Variables, tags: Tags }).toEqual(
      attachmentOf(target, { name: 'aws' }, { layer, table }),
    );
    expect(Policies[0].Statement).toEqual(functionStatements([name], table));
  });

  it.each(['### AWS CDK', '### Terraform'])(
    'names wrapper, table, keys and conditions in %s, too',
    (tool) => {
      const text = block(tool === '### Terraform' ? 'hcl' : 'ts', tool);
      for (const part of [
        '/opt/inoculate/wrapper',
        table,
        'node_modules/inoculate/dist/layer',
        'ForAllValues:StringEquals',
        'dynamodb:LeadingKeys',
        'dynamodb:GetItem',
        'dynamodb:PutItem',
      ]) {
        expect(text).toContain(part);
      }
      expect(text).toMatch(/\bNull\b[^]*false/);
      expect(text).toMatch(/dose#[^]*telemetry#/);
    },
  );
});
