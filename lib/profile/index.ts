export {
  checkLoadSettings,
  createRecordFolder,
  isInstrumented,
  isProfiling,
  joinRun,
  loadSettingNames,
  profileModes,
} from './load/index.js'
export { readRun, removeRecord, runOfWorker, runProfiled, settingsVariable } from './load/index.js'
export type { LoadSettings, ProfiledProgram, ProfiledRun } from './load/index.js'
export type {
  FiguresInTotal,
  FunctionProfile,
  FunctionTotals,
  LineFigures,
  LineProfile,
  ProfileDocument,
  ProfileEnd,
  ProfileMode,
  ProfileTotals,
  ThreadTotals,
  UninstrumentedCode,
} from './line-profile.js'
export { mapProfiles, someProfile } from './profile-series.js'
export type { ProfileSeries } from './profile-series.js'
export { measureMemory, openTotalsCounter } from './measure/index.js'
export type { CountedBytes, MeasureMemoryOptions, MemoryMeasurement, TotalsCounter } from './measure/index.js'
