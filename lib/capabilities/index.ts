export { getCapabilities } from './get-capabilities.js'
export type { Capabilities, ObjectSizesCapability } from './get-capabilities.js'
