// The licence texts of the packages whose code is in a bundle, as their licences ask.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Licences that allow their code in a package under Apache-2.0. Another one is for a person to decide on. */
const accepted = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
]);

const textFile = /^(licen[cs]e|copying|notice)([.-].*)?$/i;

interface BundledPackage {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  readonly texts: readonly string[];
}

/** One text over all packages that `inputs` (paths of source files, relative to `root`) belong to. */
export function licenceTexts(root: string, inputs: Iterable<string>): string {
  const folders = new Set<string>();
  for (const input of inputs) {
    const folder = packageFolder(input);
    if (folder !== undefined) folders.add(resolve(root, folder));
  }
  const packages = [...folders].map(describe).sort((a, b) => (title(a) < title(b) ? -1 : 1));
  const refused = packages.filter(({ licence }) => !accepted.has(licence));
  if (refused.length > 0) {
    const list = refused.map((one) => `${title(one)} (${one.licence})`).join(', ');
    throw new Error(`Bundled, but under a licence that nobody has accepted yet: ${list}`);
  }
  const head = 'Inoculate contains code of the following packages.\n';
  return [head, ...sections(packages)].join(`\n${'-'.repeat(80)}\n\n`);
}

/** Packages that share a text to the letter share a section. */
function sections(packages: readonly BundledPackage[]): string[] {
  const byText = new Map<string, BundledPackage[]>();
  for (const one of packages) {
    const text = one.texts.join('\n\n');
    byText.set(text, [...(byText.get(text) ?? []), one]);
  }
  return [...byText].map(([text, sharing]) => {
    const names = sharing.map((one) => `${title(one)} (${one.licence})`).join('\n');
    return `${names}\n\n${text === '' ? 'The package comes without a licence text.' : text}\n`;
  });
}

function title({ name, version }: BundledPackage): string {
  return `${name} ${version}`;
}

function packageFolder(input: string): string | undefined {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(input)?.[0];
}

function describe(folder: string): BundledPackage {
  const manifest: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const texts = readdirSync(folder)
    .filter((name) => textFile.test(name))
    .sort()
    .map((name) => readFileSync(join(folder, name), 'utf8').trim());
  const licence = text(manifest, 'license');
  return { name: text(manifest, 'name'), version: text(manifest, 'version'), licence, texts };
}

function text(manifest: unknown, key: string): string {
  const value = Object.entries(manifest ?? {}).find(([name]) => name === key)?.[1] as unknown;
  return typeof value === 'string' ? value : 'unknown';
}
