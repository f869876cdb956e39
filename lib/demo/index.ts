export type { DemoProgress, DemoProgressListener } from './demo-progress.js'
export { runDemo } from './run-demo.js'
export type { DemoPhase, DemoRun } from './run-demo.js'
