export { runProgram } from './run-program.js'
export type { RunOptions } from './run-program.js'
export type { RunReport } from './run-report.js'
