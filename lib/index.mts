// The values by name, so that `import * as` shows the public list and nothing else. test/facade checks that it equals index.ts.
export {
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
} from './index.js'
export type * from './index.js'
