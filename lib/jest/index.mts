export { matchers, parseMemorySize } from './index.js'
export type * from './index.js'
