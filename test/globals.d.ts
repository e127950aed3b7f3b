// Types of the names that jest puts into every test, taken from jest itself.
import type * as jestGlobals from '@jest/globals';

declare global {
  const describe: typeof jestGlobals.describe;
  const it: typeof jestGlobals.it;
  const expect: typeof jestGlobals.expect;
  const beforeAll: typeof jestGlobals.beforeAll;
  const beforeEach: typeof jestGlobals.beforeEach;
  const afterAll: typeof jestGlobals.afterAll;
  const afterEach: typeof jestGlobals.afterEach;
}
