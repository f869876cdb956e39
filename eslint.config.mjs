import js from '@eslint/js'
import importX, { createNodeResolver } from 'eslint-plugin-import-x'
import tseslint from 'typescript-eslint'

import { importZones, reportValues, rooms } from './scripts/lint/import-arrows.mjs'

const typedFiles = ['lib/**/*.{ts,mts}', 'test/**/*.ts', 'bench/**/*.ts']

const nodeGlobals = Object.fromEntries(
  [
    'AbortController',
    'AbortSignal',
    'Buffer',
    'URL',
    'clearInterval',
    'clearTimeout',
    'console',
    'fetch',
    'gc',
    'globalThis',
    'performance',
  ]
    .concat(['process', 'queueMicrotask', 'setImmediate', 'setInterval', 'setTimeout', 'structuredClone'])
    .map((name) => [name, 'readonly']),
)

export default tseslint.config(
  {
    ignores: ['dist/', 'build/', 'coverage/', 'temp/', '.cache/', 'prebuilds/', 'native/'].concat([
      'test/fixtures/**/*.ts',
      'test/jest/samples/**/*.ts',
      'examples/**/*.ts',
    ]),
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    rules: {
      eqeqeq: 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      'object-shorthand': 'error',
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx'] }],
      'max-lines': ['error', { max: 400 }],
    },
  },
  {
    files: ['**/*.{js,mjs,cjs}'],
    languageOptions: { globals: nodeGlobals },
  },
  {
    files: ['**/*.{js,cjs}'],
    languageOptions: { sourceType: 'commonjs', globals: { ...nodeGlobals, ...commonJsGlobals() } },
  },
  {
    // What is let go of, and written for its line's sake, is what these programs are for.
    files: ['test/**/programs/**', 'examples/**'],
    rules: { 'no-useless-assignment': 'off', 'no-unused-vars': 'off' },
  },
  {
    // Tests of a project that is run by Jest.
    files: ['test/jest/samples/jest/*.cjs'],
    languageOptions: { globals: Object.fromEntries(['expect', 'jest', 'test'].map((name) => [name, 'readonly'])) },
  },
  {
    files: typedFiles,
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // `typeof import(…)` types what is loaded only when it is needed.
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // Figures are what this package prints.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // `as` with noUncheckedIndexedAccess says what a loop's bounds have proved; `!` says it less visibly.
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
      // A mapped type over a type parameter takes `{}`, which Partial<Record<…>> doesn't.
      '@typescript-eslint/consistent-indexed-object-style': 'off',
      'no-undef': 'off',
    },
  },
  {
    files: ['lib/**/*.{ts,mts}'],
    plugins: { 'import-x': importX },
    settings: {
      'import-x/resolver-next': [createNodeResolver({ extensions: ['.ts', '.mts', '.js'], extensionAlias: { '.js': ['.ts', '.js'] } })],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts', '.mts'] },
    },
    rules: {
      'max-lines-per-function': ['error', { max: 40, skipBlankLines: true, skipComments: true }],
      'import-x/no-cycle': ['error', { ignoreExternal: true, commonjs: true }],
      '@typescript-eslint/no-require-imports': 'off',
      'import-x/no-self-import': 'error',
      'import-x/no-default-export': 'error',
      'import-x/no-extraneous-dependencies': ['error', { devDependencies: false, optionalDependencies: false }],
      'import-x/no-restricted-paths': ['error', { basePath: import.meta.dirname, zones: importZones }],
      'no-restricted-syntax': [
        'error',
        { selector: 'TSEnumDeclaration', message: 'A union of literals says it without run-time code.' },
        {
          selector: "CallExpression[callee.name='require']:not(CallExpression[callee.name='lazily'] CallExpression)",
          message: 'require() is for what is loaded when it is first used: within lazily().',
        },
      ],
    },
  },
  {
    files: ['lib/report/**/*.ts'],
    rules: {
      'no-restricted-globals': ['error', { name: 'process', message: 'report is pure: a model in, a string out.' }],
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            { regex: '^node:(fs|child_process|process|os|v8|worker_threads)', message: 'report is pure: a model in, a string out.' },
            {
              regex: `^(\\.\\./)+(${rooms.filter((room) => !reportValues.includes(room) && room !== 'report').join('|')})/`,
              allowTypeImports: true,
              message: 'report may know the types of other rooms, never call them.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['lib/report/line-profile/page/*.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '^(?!\\./|(\\.\\./){3}figures/index\\.js$|(\\.\\./){2}duration-format\\.js$)',
              allowTypeImports: true,
              message: 'What runs in the page is the page itself and the format of figures.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['lib/report/tracking/page/*.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '^(?!\\./|(\\.\\./){3}figures/index\\.js$|(\\.\\./){2}line-profile/page/elements\\.js$)',
              allowTypeImports: true,
              message: 'What runs in the page is the page itself and the format of figures.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['lib/report/recording-plot/page/*.ts'],
    rules: {
      // uPlot is bundled into the page when the package is built.
      'import-x/no-extraneous-dependencies': ['error', { devDependencies: true, optionalDependencies: false }],
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex:
                '^(?!\\./|uplot$|(\\.\\./){3}figures/index\\.js$|(\\.\\./){2}(duration-format|owner-palette|line-profile/page/elements)\\.js$|\\.\\./axis\\.js$)',
              allowTypeImports: true,
              message: "What runs in the page is the page itself, uPlot, the owners' colours, and the format of figures and axes.",
            },
          ],
        },
      ],
    },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      // Hostile arguments are what these tests are made of.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/explicit-module-boundary-types': 'off',
    },
  },
)

function commonJsGlobals() {
  return Object.fromEntries(['require', 'module', 'exports', '__dirname', '__filename'].map((name) => [name, 'readonly']))
}
