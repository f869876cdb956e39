export { AttachedProcess } from './attached-process.js'
export { readAttached } from './attached-reading.js'
export type { AttachedReading } from './attached-reading.js'
