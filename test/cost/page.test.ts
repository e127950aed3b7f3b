import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { costPage } from '../../scripts/cost.ts';

it('docs/COST.md says what is counted now', async () => {
  const page = readFileSync(resolve(import.meta.dirname, '../../docs/COST.md'), 'utf8');
  expect(page).toBe(await costPage());
});
