import { createRequire } from 'node:module'

// Node loads this file for `import`. For a static import Node 20 starts its reader of CommonJS exports, which takes 4 MiB: more than all of allocscope.
// Bundlers don't follow `createRequire`, so they load index.mjs. Both have the names of index.ts; test/facade checks that.
const loaded = createRequire(import.meta.url)('./index.js') as typeof import('./index.js')

export const {
  AllocscopeError,
  checkRelease,
  compareSizes,
  deepSizeOf,
  formatSizeTree,
  explainRss,
  explainRssAsync,
  getAllocatorStats,
  getCapabilities,
  getHeapStats,
  getProcessMemory,
  getRss,
  isAllocscopeError,
  mark,
  measureMemory,
  onMemoryPressure,
  profile,
  releaseMemory,
  releaseVerdicts,
  shallowSizeOf,
  sizeOf,
  sizeTree,
  span,
  startFlightRecorder,
  startPeriodicRelease,
  startTracking,
  watchArenas,
} = loaded
