import { getObjectSizesCapability } from '../heap/index.js'
import type { ObjectSizesCapability } from '../heap/index.js'

export type { ObjectSizesCapability }

/** What allocscope can do in this process. */
export interface Capabilities {
  /** `shallowSizeOf`, `sizeOf`, `deepSizeOf`, `sizeTree` and `compareSizes`. */
  readonly objectSizes: ObjectSizesCapability
}

/** What allocscope can do here, without throwing. The first call of a thread proves V8's object layout, some 3 ms; later ones cost nothing. */
export function getCapabilities(): Capabilities {
  return { objectSizes: getObjectSizesCapability() }
}
