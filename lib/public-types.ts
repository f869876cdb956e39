// The types of the public list. They load nothing.
export type {
  AllocatorDetail,
  AllocatorSnapshot,
  AllocatorStats,
  AllocatorStatsOptions,
  GlibcArena,
  GlibcBin,
  GlibcCounters,
  GlibcStats,
  GlibcTunables,
  GlibcWalk,
  JemallocArena,
  JemallocBin,
  JemallocCounters,
  JemallocExtentClass,
  JemallocSettings,
  JemallocStats,
  MimallocBlockClass,
  MimallocCounter,
  MimallocStats,
  MissingFigures,
  OtherAllocator,
  Provenance,
  RpmallocStats,
  ScudoSize,
  ScudoStats,
  TbbmallocStats,
  TcmallocCounters,
  TcmallocPageheap,
  TcmallocSizeClass,
  TcmallocStats,
  UnknownAllocatorStats,
} from './allocator/index.js'
export type { Capabilities, ObjectSizesCapability } from './capabilities/index.js'
export type { AllocscopeErrorCode, AllocscopeErrorDetails } from './errors/index.js'
export type { FlightOptions, FlightRecorder } from './flight/index.js'
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
export type {
  ExplainOptions,
  LedgerChange,
  LedgerDiff,
  LedgerEntry,
  LedgerEvidence,
  LedgerFigures,
  LedgerOwner,
  RssLedger,
  UnexplainedStretch,
} from './ledger/index.js'
export type {
  MemoryPressureEvent,
  MemoryPressureOptions,
  MemoryPressureWatch,
  MemoryPsi,
  NoMemoryPressureWatch,
  PressureFigures,
  PressureKind,
} from './pressure/index.js'
export type { Container, ContainerMemory, FullProcessMemory, MemoryEvents, ProcessMemory, ProcessMemoryOptions } from './process/index.js'
export type { FiguresInTotal, FunctionProfile, FunctionTotals, LineFigures, LineProfile, ThreadTotals } from './profile/index.js'
export type { MeasureMemoryOptions, MemoryMeasurement, UninstrumentedCode } from './profile/index.js'
export type { ProfileDocument, ProfileEnd, ProfileMode, ProfileTotals } from './profile/index.js'
export type { MethodDescriptor, ProfiledFunction } from './register/index.js'
export type { AllocationPlace, Holder, HoldersFound } from './holders/index.js'
export type {
  CheckedBytes,
  CheckOptions,
  CheckProgress,
  CheckRound,
  EmbeddedGrowth,
  FaultBack,
  GrowthBound,
  GrownBytes,
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
export type { ArenaSample, RssSample, WatchSummary } from './sampling/index.js'
export type { TrackedFigures, TrackedFrame, TrackedPlace, TrackedStack, Tracking, TrackingOptions, TrackingReport } from './track/index.js'
export type {
  ArenaChange,
  ArenaTrend,
  ArenaWatcher,
  ArenaWatcherEvents,
  NewArena,
  SampleOverflow,
  ThresholdChange,
  WatchOptions,
} from './watch/index.js'
