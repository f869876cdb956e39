export type { CheckOptions, CheckProgress } from './check-options.js'
export { checkRelease } from './check-release.js'
export { noiseOf } from './live-places.js'
export { PeakWatch } from './peak-watch.js'
export type { PeriodicReleaseOptions } from './periodic-options.js'
export { startPeriodicRelease } from './periodic-release.js'
export type { FaultBack, PeriodicRelease, PeriodicReleaseEnd, PeriodicReleaseEvents, SkippedRelease } from './periodic-release.js'
export { releaseVerdicts } from './release-check.js'
export type {
  CheckedBytes,
  CheckRound,
  HeldBytes,
  LiveMemory,
  LivePlace,
  ReleaseCheck,
  ReleaseVerdict,
  WhatIfMade,
} from './release-check.js'
export { releaseMemory } from './release-memory.js'
export type { ReleaseOptions, ReleaseReport, ReleaseStep, ResidentMemory } from './release-report.js'
export { roundingShare } from './verdict.js'
