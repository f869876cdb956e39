export type {
  FunctionProfile,
  LineFigures,
  LineProfile,
  ProfileDocument,
  ProfileEnd,
  ProfileMode,
  UninstrumentedCode,
} from './line-profile.js'
