export { describeFlight, grownShare, nearShare } from './flight-verdict.js'
export type { FlightGrowth, FlightVerdict, LimitUse, OwnerGrowth } from './flight-verdict.js'
export { isRecording } from './is-recording.js'
export { courseOf } from './process-course.js'
export type { CourseOwner, OwnerCourse, ProcessCourse } from './process-course.js'
export { readRecording } from './format/read-recording.js'
export { columnNames, gcKinds } from './recording.js'
export type {
  ColumnDescription,
  ColumnName,
  RecordedLimits,
  RecordedMark,
  RecordedNode,
  RecordedProcess,
  RecordedSpan,
  Recording,
  RecordingDamage,
  RecordingEnd,
  RecordingStart,
  Track,
  TrackSource,
} from './recording.js'
export { findRecordings, mayBeGrowing, newRecordingFile, removeRecordings } from './recording-files.js'
export type { FoundRecording, RemovedRecordings } from './recording-files.js'
export { recordAttached } from './record-attached.js'
export type { HostedRecording } from './record-attached.js'
export { recordProcess, recordProgram } from './record-program.js'
export type { RecordedProgramOptions, RecordOptions } from './record-program.js'
export type { RecordReport } from './recording-session.js'
