export { instrument } from './instrument.js'
export type { FunctionSite, InstrumentOptions, Instrumented, InstrumentedFunction, LineSlot, Refusal } from './instrumented.js'
export { usesReservedNames } from './reserved-names.js'
export { findMarkedLines, splitLines } from './marked-lines.js'
