export * from './allocator/index.js'
export { getCapabilities } from './capabilities/index.js'
export type { Capabilities, ObjectSizesCapability } from './capabilities/index.js'
export { AllocscopeError, isAllocscopeError } from './errors/index.js'
export type { AllocscopeErrorCode, AllocscopeErrorDetails } from './errors/index.js'
export { compareSizes, deepSizeOf, getHeapStats, shallowSizeOf, sizeOf, sizeTree } from './heap/index.js'
export type {
  DeepSize,
  DeepSizeOptions,
  HeapKind,
  HeapSpaceStats,
  HeapStats,
  KindSize,
  ObjectSize,
  OwnedBytes,
  PartKind,
  Representation,
  SharedBytes,
  SizeComparison,
  SizeComparisonEntry,
  SizeTree,
  SizeTreeNode,
  SizeTreeOptions,
  ValueKind,
} from './heap/index.js'
export * from './process/index.js'
export type {
  FunctionProfile,
  LineFigures,
  LineProfile,
  MeasureMemoryOptions,
  MemoryMeasurement,
  ProfileDocument,
  ProfileEnd,
  ProfileMode,
  UninstrumentedCode,
} from './profile/index.js'
export { measureMemory } from './profile/index.js'
export { profile } from './register/index.js'
export type { MethodDescriptor, ProfiledFunction } from './register/index.js'
export { checkRelease, releaseMemory, releaseVerdicts, startPeriodicRelease } from './release/index.js'
export type {
  CheckedBytes,
  CheckOptions,
  CheckProgress,
  CheckRound,
  FaultBack,
  HeldBytes,
  LiveMemory,
  LivePlace,
  PeriodicRelease,
  PeriodicReleaseEnd,
  PeriodicReleaseEvents,
  PeriodicReleaseOptions,
  ReleaseCheck,
  ReleaseOptions,
  ReleaseReport,
  ReleaseStep,
  ReleaseVerdict,
  ResidentMemory,
  SkippedRelease,
  WhatIfMade,
} from './release/index.js'
export { formatSizeTree } from './report/index.js'
export { watchArenas } from './watch/index.js'
export type {
  ArenaChange,
  ArenaSample,
  ArenaTrend,
  ArenaWatcher,
  ArenaWatcherEvents,
  NewArena,
  RssSample,
  SampleOverflow,
  ThresholdChange,
  WatchOptions,
  WatchSummary,
} from './watch/index.js'
