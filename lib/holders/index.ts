export { HolderSearch } from './holder-search.js'
export type { AllocationPlace, Holder, HolderSearchOptions, HoldersFound } from './holders-found.js'
