import { createRequire } from 'node:module'

// What node loads for `import`. For a static import Node 20 starts its reader of CommonJS exports, which takes 4 MiB: more than all of allocscope.
// Bundlers, which don't follow such a call, take index.mjs; both have the names of index.ts, as test/facade holds.
const loaded = createRequire(import.meta.url)('./index.js') as typeof import('./index.js')

export const {
  AllocscopeError,
  checkRelease,
  compareSizes,
  deepSizeOf,
  formatSizeTree,
  getAllocatorStats,
  getCapabilities,
  getHeapStats,
  getProcessMemory,
  getRss,
  isAllocscopeError,
  measureMemory,
  profile,
  releaseMemory,
  releaseVerdicts,
  shallowSizeOf,
  sizeOf,
  sizeTree,
  startPeriodicRelease,
  watchArenas,
} = loaded
