const { join } = require('node:path')

const root = join(__dirname, '..', '..')

/** The unit tests that call the rooms themselves. */
module.exports = {
  ...require(join(root, 'jest.config.cjs')),
  rootDir: root,
  testMatch: [
    'allocator/{parsers,arguments,arena-rows}',
    'figures/*',
    'process/*fields*',
    'release/{verdict,growth-evidence,held-bytes,summary,live-places,advice}',
    'watch/{change-detector,watch-state,sample-changes,options}',
    'sampling/{row-*}',
    'report/{watch-text,release-check-text,check-rounds-text}',
    'jest/{native-growth,memory-size}',
  ].map((pattern) => `<rootDir>/test/${pattern}.test.ts`),
  maxWorkers: 1,
}
