import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');
const framework = join(root, 'node_modules/serverless/bin/serverless.js');

export interface Packaged {
  readonly exitCode: number;
  readonly output: string;
  /** What the framework wrote, by name. */
  readonly files: ReadonlyMap<string, Buffer>;
  /** The compiled template, in the order of its keys and without the time at which it was made. */
  readonly template: Template;
}

export interface Template {
  readonly Resources: Readonly<Record<string, TemplateResource>>;
  readonly Outputs: Readonly<Record<string, unknown>>;
}

/** As much of a resource as the tests look at; which of the properties it has depends on its type. */
export interface TemplateResource {
  readonly Type: string;
  readonly Condition?: string;
  readonly Properties: {
    readonly Layers: unknown[];
    readonly Tags: unknown[];
    readonly Environment: { readonly Variables: Record<string, unknown> };
    readonly PolicyDocument: { readonly Statement: readonly { readonly Resource: unknown }[] };
  };
}

/** A copy of a fixture, in a project of its own where Inoculate is installed. */
export interface Fixture {
  /** The folder of its serverless.yml. */
  readonly service: string;
  /** Changes its serverless.yml. */
  edit(change: (yaml: string) => string): Promise<void>;
  remove(): Promise<void>;
}

export async function copyFixture(name: string): Promise<Fixture> {
  const folder = await mkdtemp(join(tmpdir(), 'inoculate-serverless-'));
  const service = join(folder, 'service');
  await cp(join(import.meta.dirname, 'fixtures', name), service, { recursive: true });
  await mkdir(join(folder, 'node_modules'));
  await symlink(root, join(folder, 'node_modules/inoculate'));
  const file = join(service, 'serverless.yml');
  return {
    service,
    edit: async (change) => writeFile(file, change(await readFile(file, 'utf8'))),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Packages a copy of a fixture after a change to its serverless.yml. */
export async function packageFixture(name: string, change: (yaml: string) => string): Promise<Packaged> {
  const fixture = await copyFixture(name);
  try {
    await fixture.edit(change);
    return await packageService(fixture.service);
  } finally {
    await fixture.remove();
  }
}

/** `serverless package` as somebody without an AWS account runs it: any call to AWS fails for want of credentials. */
export async function packageService(service: string): Promise<Packaged> {
  const out = join(service, '.serverless');
  const clean = Object.entries(process.env).filter(([name]) => !/^(AWS_|NODE_OPTIONS|JEST_)/.test(name));
  const env = { ...Object.fromEntries(clean), HOME: service, AWS_EC2_METADATA_DISABLED: 'true', CI: 'true' };
  try {
    const result = await run(['package'], { cwd: service, env });
    const names = result.exitCode === 0 ? await readdir(out) : [];
    const files = await Promise.all(
      names.map(async (file) => [file, await readFile(join(out, file))] as const),
    );
    const compiled = files.find(([file]) => file === 'cloudformation-template-update-stack.json');
    const template = compiled === undefined ? { Resources: {}, Outputs: {} } : parse(compiled[1].toString());
    return { ...result, files: new Map(files), template };
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}

function run(
  args: readonly string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<{ readonly exitCode: number; readonly output: string }> {
  return new Promise((settle, reject) => {
    execFile(process.execPath, [framework, ...args], options, (error, stdout, stderr) => {
      const exitCode = error === null ? 0 : error.code;
      if (typeof exitCode === 'number') settle({ exitCode, output: stdout + stderr });
      else reject(new Error('serverless did not run to its end', { cause: error }));
    });
  });
}

/** Versions are compiled side by side, in no order; their names and contents are as fixed as everything else. */
function parse(text: string): Template {
  return JSON.parse(text.replaceAll(/\d{13}-\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME'), (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}

/** Names, modes and contents of a zip archive, read by its central directory. */
export function filesInZip(zip: Buffer): ReadonlyMap<string, { readonly mode: number }> {
  const end = zip.lastIndexOf(Buffer.from('PK\u0005\u0006', 'latin1'));
  const count = zip.readUInt16LE(end + 10);
  const entries = new Map<string, { readonly mode: number }>();
  let at = zip.readUInt32LE(end + 16);
  for (let index = 0; index < count; index += 1) {
    const [name, extra, comment] = [28, 30, 32].map((offset) => zip.readUInt16LE(at + offset));
    entries.set(zip.toString('utf8', at + 46, at + 46 + name!), {
      mode: (zip.readUInt32LE(at + 38) >>> 16) & 0o777,
    });
    at += 46 + name! + extra! + comment!;
  }
  return entries;
}
