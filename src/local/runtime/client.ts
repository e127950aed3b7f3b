import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { RuntimeClient } from '../types.ts';

/** A runtime client that is there: its folder appears as `/var/runtime`. */
export interface FoundClient {
  readonly client: RuntimeClient;
  readonly folder: string;
  readonly detail: string;
}

export interface ClientSearch {
  /** INOCULATE_RIC_DIR. */
  readonly configured: string | undefined;
  /** The service's folder. */
  readonly serviceDir: string;
  readonly packageDir: string;
  /** `dist/runtime` */
  readonly runtimeDir: string;
  /** Only this one. */
  readonly only?: RuntimeClient;
}

/** The best client that is there: AWS's own natively built, else its JavaScript part, else a loop of our own. */
export function findClient(search: ClientSearch): FoundClient {
  const found = candidates(search).find(
    ({ client, folder }) => (search.only ?? client) === client && isThere(client, folder),
  );
  if (found !== undefined) return found;
  throw new Error(
    search.only === 'native'
      ? `A natively built aws-lambda-ric was not found in ${nativeFolders(search).join(', ')}. Build it there with "npm rebuild aws-lambda-ric", or name its folder in INOCULATE_RIC_DIR.`
      : `No runtime client was found in ${search.runtimeDir}. Run "npm run build" first.`,
  );
}

function nativeFolders({ configured, serviceDir, packageDir }: ClientSearch): string[] {
  return [
    ...(configured === undefined || configured === '' ? [] : [path.resolve(configured)]),
    ...ancestors(serviceDir).map((folder) => path.join(folder, 'node_modules/aws-lambda-ric')),
    path.join(packageDir, 'test/runtimes/node_modules/aws-lambda-ric'),
  ];
}

function candidates(search: ClientSearch): FoundClient[] {
  const javascript = path.join(search.runtimeDir, 'aws-lambda-ric');
  return [
    ...nativeFolders(search).map((folder) => ({
      client: 'native' as const,
      folder,
      detail: `aws-lambda-ric ${versionOf(folder)}, natively built`,
    })),
    {
      client: 'javascript',
      folder: javascript,
      detail: `the JavaScript part of aws-lambda-ric ${versionOf(javascript)}, with an HTTP client in place of the native one`,
    },
    {
      client: 'own-loop',
      folder: path.join(search.runtimeDir, 'own-loop'),
      detail: "Inoculate's own loop; no part of aws-lambda-ric was found",
    },
  ];
}

function isThere(client: RuntimeClient, folder: string): boolean {
  if (!existsSync(path.join(folder, 'index.mjs'))) return false;
  return client !== 'native' || existsSync(path.join(folder, 'rapid-client.node'));
}

/** `?` where there is none to be read. */
export function versionOf(folder: string): string {
  const file = path.join(folder, 'package.json');
  if (!existsSync(file)) return '?';
  const manifest: unknown = JSON.parse(readFileSync(file, 'utf8'));
  const known = typeof manifest === 'object' && manifest !== null && 'version' in manifest;
  return known ? String(manifest.version) : '?';
}

/** A folder and everything above it. */
export function ancestors(folder: string): string[] {
  const parent = path.dirname(folder);
  return parent === folder ? [folder] : [folder, ...ancestors(parent)];
}
