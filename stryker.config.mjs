// npm run mutate [-- --mutate 'lib/figures/**/*.ts']: mutants of the rooms whose figures users trust, against the unit tests. Outside CI.
// Tests that start a program run what stands in dist, which no mutant reaches: they are left out.
const rooms = ['allocator', 'process', 'heap', 'release', 'watch', 'sampling', 'figures']

export default {
  mutate: rooms.flatMap((room) => [`lib/${room}/**/*.ts`, `!lib/${room}/**/index.ts`]),
  testRunner: 'jest',
  jest: { configFile: 'scripts/mutate/jest.config.cjs' },
  coverageAnalysis: 'perTest',
  concurrency: 2,
  // ts-jest transpiles: a mutant that doesn't type-check runs all the same.
  disableTypeChecks: false,
  ignorePatterns: ['.cache', 'build', 'native', 'findings', 'bench', 'docs'],
  tempDirName: '.cache/stryker',
  reporters: ['clear-text', 'progress'],
  clearTextReporter: { logTests: false, allowColor: false },
  allowConsoleColors: false,
}
