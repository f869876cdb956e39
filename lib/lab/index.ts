export type {
  LabCell,
  LabColumn,
  LabCourses,
  LabFigure,
  LabFinding,
  LabLine,
  LabLines,
  LabPart,
  LabPicture,
  LabReport,
  LabResult,
  LabStatement,
  LabTable,
  LabUnit,
} from './experiment.js'
export { experimentNames, experiments } from './experiments/index.js'
export { runLab } from './run-lab.js'
export type { LabOptions, LabProgress, LabProgressListener } from './run-lab.js'
