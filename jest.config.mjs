// Tests run as native ES modules; swc only strips the types, tsc checks them.
export default {
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  modulePathIgnorePatterns: [
    '<rootDir>/dist/',
    '<rootDir>/test/runtimes/node_modules/',
    '<rootDir>/test/runtimes/python/',
  ],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2023' },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  testTimeout: 60_000,
  // Many tests start real processes. "npm test" (scripts/test.ts) runs two files at once where they bear it.
  maxWorkers: 1,
};
