export type { FunctionSamples, SampledFunction } from './function-samples.js'
export { HolderSearch } from './holder-search.js'
export type { AllocationPlace, Holder, HolderSearchOptions, HoldersFound } from './holders-found.js'
export type { FunctionProfile } from './sample-function.js'
