// The values by name, so that `import * as` shows the public list and nothing of how it is compiled; test/facade holds it equal to index.ts.
export { AllocscopeError, getAllocatorStats, getHeapStats, getProcessMemory, getRss, isAllocscopeError } from './index.js'
export type * from './index.js'
