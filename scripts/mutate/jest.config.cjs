const { join } = require('node:path')

const root = join(__dirname, '..', '..')

/** The unit tests that call the rooms themselves. */
module.exports = {
  ...require(join(root, 'jest.config.cjs')),
  rootDir: root,
  testMatch: [
    'allocator/{parsers,arguments,named-figures}',
    'figures/*',
    'heap/{sizes,size-tree}',
    'process/process-memory',
    'release/{verdict,growth-evidence}',
    'watch/{change-detector,watch-state,options}',
    'report/{watch-text,release-check-text,check-rounds-text}',
    'jest/{native-growth,memory-size}',
  ].map((pattern) => `<rootDir>/test/${pattern}.test.ts`),
  maxWorkers: 1,
}
