/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/lib', '<rootDir>/test'],
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  // Sources name what they import as it is called once compiled: './x.js' is x.ts here.
  moduleNameMapper: {
    // The pages' scripts are none of them: they are made in dist, by the set-up.
    '^\\./page-script\\.js$': '<rootDir>/dist/report/line-profile/page-script.js',
    '^\\./plot-script\\.js$': '<rootDir>/dist/report/recording-plot/plot-script.js',
    '^\\./flame-script\\.js$': '<rootDir>/dist/report/tracking/flame-script.js',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  globalSetup: '<rootDir>/scripts/bundle-page.mjs',
  // The root tsconfig says isolatedModules: files are transpiled one by one, and `npm run typecheck` checks the types.
  transform: { '^.+\\.ts$': 'ts-jest' },
  moduleFileExtensions: ['ts', 'js', 'cjs', 'mjs', 'json', 'node'],
  // For what hangs alone: how long a test takes says nothing of what it tests, and on a busy machine it is many times as long.
  testTimeout: 300_000,
  // Each worker is a process of its own with an addon of its own; more of them than cores only disturb each other's figures.
  maxWorkers: '100%',
  // Of test.concurrent: programs that mostly wait for memory to settle.
  maxConcurrency: 3,
}
