export { findLeakingLines } from './leak-search.js'
export type { LeakSearch } from './leak-search.js'
export { diffReports } from './diff-reports.js'
export type {
  LiveDifference,
  MappedDifference,
  MappedPlaceDifference,
  MappingsDifference,
  PlaceDifference,
  TrackingDifference,
} from './diff-reports.js'
export { readTrackingReport } from './read-report.js'
export type { ReadTrackingReport } from './read-report.js'
export { courseRules } from './live-courses.js'
export type { CourseKind, StayingFigures, StayingPlace, StayingPlaces, StayingProcess } from './live-courses.js'
export { LiveSession } from './live-session.js'
export { LiveTree } from './live-tree.js'
export type { LivePlace, LiveView } from './live-session.js'
export { MomentLog } from './moment-log.js'
export { followMomentsIn } from './moments.js'
export type { Moment, MomentPace } from './moments.js'
export type { LiveAtMoment, LiveOverTime, StackOverTime } from './live-over-time.js'
export { liveOverTimeOfRecord, recordOfAnswer, reportOfRecord, stayingOfRecord } from './report-of-record.js'
export { findNativeWays } from './make-report.js'
export { SourceLines } from './source-lines.js'
export { startTracking } from './start-tracking.js'
export type { Tracking, TrackingOptions } from './start-tracking.js'
export { trackProgram } from './track-program.js'
export type { ExactPlaces, FollowedMoments, TrackedProgram, TrackProgramOptions } from './track-program.js'
export { trackTree } from './track-tree.js'
export type { FollowedTree, TrackedTree, TrackTreeOptions } from './track-tree.js'
export type { TrackRecord } from './track-record.js'
export type {
  LeakingPlace,
  MappedFigures,
  MappedPlace,
  MappedStack,
  TrackedFigures,
  TrackedFrame,
  TrackedMappings,
  TrackedPlace,
  TrackedProcess,
  TrackedStack,
  TrackedThread,
  TrackedTreeReport,
  TrackingReport,
} from './tracking-report.js'
