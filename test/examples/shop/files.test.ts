import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { budgets } from '../../../examples/shop/hardened/budgets.ts';
import { parseOrder } from '../../../examples/shop/shared/order.ts';
import { products } from '../../../examples/shop/shared/seed.ts';
import { validateExperiment, validateWorkload } from '../../../src/generated/validate-files.js';

interface ExperimentFile {
  readonly name: string;
  readonly targets: Record<string, { readonly service: string; readonly function: string }>;
  readonly faults: readonly { readonly resource?: string }[];
}

interface ServiceFile {
  readonly service: string;
  readonly functions: Record<string, unknown>;
}

interface WorkloadFile {
  readonly streams: readonly { readonly function: string; readonly template: { readonly body?: string } }[];
}

const shop = 'examples/shop';
/** What the tests below look at, taken as it is: the validators and these tests say whether it is right. */
function read<T>(path: string): T {
  const parsed: T = parse(readFileSync(`${shop}/${path}`, 'utf8'));
  return parsed;
}

const files = readdirSync(`${shop}/experiments`).map((file) => ({
  file,
  content: read<{ readonly inoculate: string }>(`experiments/${file}`),
}));
const experiments = files
  .filter(({ content }) => content.inoculate === 'experiment/1')
  .map(({ file }) => ({ file, experiment: read<ExperimentFile>(`experiments/${file}`) }));
const workload = read<WorkloadFile>('workload.yml');
const services = ['naive', 'hardened'].map((variant) => ({
  variant,
  service: read<ServiceFile>(`${variant}/serverless.yml`),
}));

it('every file beside them is a game day', () => {
  const others = files.filter(({ content }) => content.inoculate !== 'experiment/1');
  expect(others.map(({ content }) => content.inoculate)).toEqual(['gameday/1']);
});

describe.each(experiments)('the experiment $file', ({ file, experiment }) => {
  it('is valid, and is named as its file', () => {
    validateExperiment(experiment);
    expect(validateExperiment.errors ?? []).toEqual([]);
    expect(`${experiment.name}.yml`).toBe(file);
  });

  it.each(services)('finds its targets in the $variant service', ({ service }) => {
    for (const target of Object.values(experiment.targets)) {
      expect(target.service).toBe(service.service);
      expect(Object.keys(service.functions)).toContain(target.function);
    }
  });

  it('hits only tables and functions that there are', () => {
    const names = [
      readFileSync(`${shop}/resources.yml`, 'utf8'),
      readFileSync(`${shop}/provider.yml`, 'utf8'),
    ].join();
    for (const { resource } of experiment.faults) {
      if (resource !== undefined) expect(names).toContain(resource.replace('${stage}', '${sls:stage}'));
    }
  });
});

describe('the variants', () => {
  it('differ in what checkout does about failures, and in nothing that it is given', () => {
    const [naive, hardened] = services.map(({ service }) => service);
    const { capture, ...functions } = hardened?.functions ?? {};
    expect(capture).toBeDefined();
    expect(functions).toEqual(naive?.functions);
    expect({ ...hardened, functions: null }).toEqual({ ...naive, functions: null });
  });
});

describe('the budgets of the hardened checkout', () => {
  it('leave the function time to answer, whatever is slow', () => {
    const sumMs = Object.values(budgets).reduce((sum, budgetMs) => sum + budgetMs, 0);
    expect(sumMs).toBeLessThan(read<{ timeout: number }>('provider.yml').timeout * 1_000);
  });
});

describe('the workload', () => {
  it('is valid', () => {
    validateWorkload(workload);
    expect(validateWorkload.errors ?? []).toEqual([]);
  });

  it('sends orders of products that there are, none of which runs out', () => {
    const template = workload.streams.find((stream) => stream.function === 'checkout')?.template.body ?? '';
    const picks = [...template.matchAll(/\$\{pick:([^}]+)\}/g)].flatMap(
      ([, words]) => words?.split('|') ?? [],
    );
    expect(picks).toHaveLength(8);
    const bySku = new Map(products.map((product) => [product.sku, product]));
    for (const sku of picks) expect(bySku.get(sku)?.inStock ?? 0).toBeGreaterThan(100);
    const body = template
      .replace('${uuid}', '00000000-0000-4000-8000-000000000000')
      .replaceAll(/\$\{pick:([^|]+)[^}]*\}/g, '$1')
      .replaceAll(/\$\{int:(\d+)-\d+\}/g, '$1');
    expect(parseOrder({ body })).toMatchObject({ ok: true });
  });
});
