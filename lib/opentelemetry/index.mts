export { registerAllocscopeMetrics } from './index.js'
export type * from './index.js'
