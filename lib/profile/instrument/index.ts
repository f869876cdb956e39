export { instrument } from './instrument.js'
export type { FunctionSite, InstrumentOptions, Instrumented, InstrumentedFunction, LineSlot, Refusal } from './instrumented.js'
export { findMarkedLines, splitLines } from './marked-lines.js'
