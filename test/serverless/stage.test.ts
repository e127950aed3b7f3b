import { createRequire } from 'node:module';
import { resolve } from 'node:path';

const require = createRequire(import.meta.url);
const Deployment = require(resolve(import.meta.dirname, '../../deploy/plugin.cjs')) as new (
  serverless: object,
) => {
  requireStage(): void;
};

function requireStage(stage: string, region: string): void {
  const provider = { getStage: () => stage, getRegion: () => region };
  new Deployment({ getProvider: () => provider, classes: { Error } }).requireStage();
}

describe('the stage of the controller, after which its bucket of reports is called', () => {
  it.each([
    ['dev', 'eu-central-1'],
    ['pr-1234', 'us-east-1'],
    ['a'.repeat(17), 'ap-southeast-1'],
    ['a'.repeat(22), 'us-east-1'],
  ])('may be %s in %s', (stage, region) => {
    const name = `inoculate-${stage}-reports-123456789012-${region}`;
    expect(name).toMatch(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/);
    expect(() => requireStage(stage, region)).not.toThrow();
  });

  it.each([
    ['Prod', 'eu-central-1'],
    ['my_stage', 'eu-central-1'],
    ['a'.repeat(18), 'ap-southeast-1'],
    ['a'.repeat(23), 'us-east-1'],
  ])('is refused before anything is packaged where S3 would not take it: %s in %s', (stage, region) => {
    expect(() => requireStage(stage, region)).toThrow(`Stage "${stage}" cannot be`);
  });
});
