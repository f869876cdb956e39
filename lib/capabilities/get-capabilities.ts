import { getObjectSizesCapability } from '../heap/index.js'
import type { ObjectSizesCapability } from '../heap/index.js'

export type { ObjectSizesCapability }

/** What allocscope can do in this process. */
export interface Capabilities {
  /** `shallowSizeOf`, `sizeOf`, `deepSizeOf`, `sizeTree` and `compareSizes`. */
  readonly objectSizes: ObjectSizesCapability
}

/** Public: described where it is exported, in lib/index.ts. */
export function getCapabilities(): Capabilities {
  return { objectSizes: getObjectSizesCapability() }
}
