export { addonFile } from './addon-file.js'
export { binding, bindingLoadError, isFailure, requireBinding, toError } from './load-binding.js'
export type { NativeTrackedData, NativeTrackedObject, NativeTracker } from './native-tracker.js'
export type {
  FailureRecord,
  NativeAllocator,
  NativeAllocatorDescription,
  NativeAllocatorDocument,
  NativeAttach,
  NativeBinding,
  NativeEmbedded,
  NativeEmbeddedAllocators,
  NativeEmbeddedCopy,
  NativeLedger,
  NativeProfile,
  NativeResidency,
  NativeTable,
  NativeTriedPurge,
} from './native-surface.js'
