export { measureMemory } from './measure-memory.js'
export type { MeasureMemoryOptions, MemoryMeasurement } from './measure-memory.js'
export { openTotalsCounter } from './totals-counter.js'
export type { CountedBytes, TotalsCounter } from './totals-counter.js'
