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
  // Many tests start real processes, and many wait for time to pass: two files at once use a small machine well.
  maxWorkers: 2,
};
