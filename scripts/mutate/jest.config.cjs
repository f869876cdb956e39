const { join } = require('node:path')

const root = join(__dirname, '..', '..')

/** The unit tests that call the rooms themselves. */
module.exports = {
  ...require(join(root, 'jest.config.cjs')),
  rootDir: root,
  testMatch: [
    'allocator/{parsers,arguments,named-figures,footprint,walk-budget,printed-figures,malloc-info,arena-rows}',
    'allocator/{glibc,jemalloc,tcmalloc,plain}-figures',
    'figures/*',
    'heap/{sizes,size-tree,size-figures,basic-sizes,compare-sizes,own-children}',
    'heap/{heap-layout,heap-stats-figures,full-collection-calls}',
    'process/{process-figures,proc-fields,other-process}',
    'sampling/{row-layout,row-buffer,rss-samples,sampler-source,ring-samples}',
    'watch/{change-detector,change-borders,trend,figure-tracks,sample-changes,watch-state,watched-figures,running-watches,options}',
    'watch/{checked-options,arena-watcher,watch-report,watch-program,watch-channel,watch-observer}',
    'release/{verdict,growth-evidence,held-bytes,live-places,summary,advice,check-plan,run-rounds,checked-bytes}',
    'release/{memory-moment,what-if,wait-until-still,stall-meter,peak-watch,release-steps,periodic-options,periodic-looks}',
    'report/{watch-text,release-check-text,check-rounds-text}',
    'jest/{native-growth,memory-size}',
  ].map((pattern) => `<rootDir>/test/${pattern}.test.ts`),
  maxWorkers: 1,
}
