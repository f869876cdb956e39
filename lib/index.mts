// The values by name, so that `import * as` shows the public list and nothing of how it is compiled; test/facade holds it equal to index.ts.
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
