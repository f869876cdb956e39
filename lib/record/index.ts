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
