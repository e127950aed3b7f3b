import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import globals from 'globals';
import tseslint from 'typescript-eslint';
import { disableNeedsReason } from './scripts/lint/disable-needs-reason.ts';
import { noAmbient } from './scripts/lint/no-ambient.ts';

const inoculate = { rules: { 'no-ambient': noAmbient, 'disable-needs-reason': disableNeedsReason } };

/** Errors that nobody would ever see. */
const swallowed = [
  {
    selector: 'CatchClause > BlockStatement[body.length=0]',
    message: 'An empty catch swallows the error: handle it, return a value that says so, or let it pass.',
  },
  {
    selector:
      'CallExpression[callee.property.name="catch"] > :function > BlockStatement[body.length=0], CallExpression[callee.property.name="catch"] > ArrowFunctionExpression > Identifier.body[name="undefined"]',
    message: 'This .catch() swallows the error: handle it, or let it pass.',
  },
];

const notErasable = [
  { selector: 'TSEnumDeclaration', message: 'Use an `as const` object and a union of its values.' },
  { selector: 'TSModuleDeclaration[kind!="global"]', message: 'Use a module.' },
];

const typescriptRules = {
  '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
  '@typescript-eslint/consistent-type-exports': ['error', { fixMixedExportsWithInlineTypeSpecifier: true }],
  '@typescript-eslint/no-import-type-side-effects': 'error',
  '@typescript-eslint/no-explicit-any': 'error',
  '@typescript-eslint/no-floating-promises': 'error',
  '@typescript-eslint/no-misused-promises': 'error',
  '@typescript-eslint/return-await': ['error', 'in-try-catch'],
  '@typescript-eslint/switch-exhaustiveness-check': [
    'error',
    { requireDefaultForNonUnion: true, considerDefaultExhaustiveForUnions: true },
  ],
  '@typescript-eslint/no-unused-vars': [
    'error',
    {
      args: 'all',
      argsIgnorePattern: '^_',
      varsIgnorePattern: '^_',
      caughtErrors: 'all',
      ignoreRestSiblings: true,
    },
  ],
  '@typescript-eslint/ban-ts-comment': [
    'error',
    {
      'ts-ignore': true,
      'ts-nocheck': true,
      'ts-expect-error': 'allow-with-description',
      minimumDescriptionLength: 10,
    },
  ],
  '@typescript-eslint/explicit-module-boundary-types': 'error',
  // What was caught or handed in may be passed on as it is.
  '@typescript-eslint/only-throw-error': ['error', { allowThrowingUnknown: true, allowThrowingAny: true }],
  '@typescript-eslint/prefer-promise-reject-errors': [
    'error',
    { allowThrowingUnknown: true, allowThrowingAny: true },
  ],
  '@typescript-eslint/prefer-readonly': 'error',
  '@typescript-eslint/no-non-null-assertion': 'error',
  '@typescript-eslint/no-deprecated': 'error',
  '@typescript-eslint/no-unnecessary-type-arguments': 'error',
  '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
  // Ports answer with promises; an implementation that has the answer at once need not await anything.
  '@typescript-eslint/require-await': 'off',
};

const commonRules = {
  eqeqeq: ['error', 'always', { null: 'ignore' }],
  'no-restricted-syntax': ['error', ...swallowed, ...notErasable],
  // Texts from files and functions are freed of control characters by name.
  'no-control-regex': 'off',
  'no-var': 'error',
  'prefer-const': 'error',
  'no-console': 'error',
  'object-shorthand': ['error', 'always', { avoidQuotes: true }],
  'preserve-caught-error': 'error',
  'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
  'inoculate/disable-needs-reason': 'error',
};

export default defineConfig(
  globalIgnores([
    'dist/',
    'coverage/',
    'src/generated/',
    'test/runtimes/node_modules/',
    'test/runtimes/python/',
    'test/**/fixtures/',
    '**/*.d.ts',
    '**/.inoculate/',
    'tmp/',
  ]),
  { linterOptions: { reportUnusedDisableDirectives: 'error' }, plugins: { inoculate } },
  js.configs.recommended,
  { rules: commonRules },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: typescriptRules,
  },
  { files: ['**/*.{js,mjs,cjs}'], languageOptions: { globals: globals.node } },
  { files: ['**/*.cjs'], languageOptions: { sourceType: 'commonjs' } },
  {
    files: ['src/**/*.ts', 'functions/**/*.ts'],
    rules: {
      'inoculate/no-ambient': 'error',
      'max-lines-per-function': ['error', { max: 80, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ['src/{core,stats,engine}/**/*.ts'],
    rules: { 'inoculate/no-ambient': ['error', { pure: true }] },
  },
  {
    // The one place of each host that reads the clock, and the one that draws.
    files: ['src/{adapters,local,layer,cli,testing}/{clock,system-clock,random}.ts'],
    rules: { 'inoculate/no-ambient': 'off' },
  },
  {
    // It wraps the methods of other people's objects.
    files: ['src/layer/**/*.ts'],
    rules: { '@typescript-eslint/unbound-method': 'off' },
  },
  {
    // Programs that talk to a person, or whose output is a log.
    files: [
      '{scripts,bench,examples,test,.ci}/**/*.{ts,js,mjs,cjs}',
      'src/cli/**/*.ts',
      'src/local/inside/**/*.ts',
    ],
    rules: { 'no-console': 'off' },
  },
  {
    // Written to be read as an application would write it, and to look into what a program printed.
    files: ['{test,examples}/**/*.ts'],
    rules: {
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/explicit-module-boundary-types': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
);
