export { describeEmbedded, findEmbedded, readEmbedded } from './embedded-allocators.js'
export type { EmbeddedAllocator, EmbeddedAllocators } from './embedded-allocators.js'
