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
  FunctionProfile,
  LineFigures,
  LineProfile,
  ProfileDocument,
  ProfileEnd,
  ProfileMode,
  UninstrumentedCode,
} from './line-profile.js'

export interface CountedBytes {
  readonly allocatedBytes: number
  readonly usedBytes: number
  readonly rssBytes: number
}

export interface TotalsCounter {
  read(): CountedBytes
}

export declare function openTotalsCounter(): TotalsCounter
