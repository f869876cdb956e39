export { binding, bindingLoadError, isFailure, requireBinding, toError } from './load-binding.js'
export type { NativeTrackedData, NativeTrackedObject, NativeTracker } from './native-tracker.js'
export type {
  FailureRecord,
  NativeAllocatorDescription,
  NativeAllocatorDocument,
  NativeBinding,
  NativeEmbeddedAllocators,
  NativeEmbeddedCopy,
  NativeLedger,
  NativeProfile,
  NativeResidency,
  NativeTable,
  NativeTriedPurge,
} from './native-surface.js'
