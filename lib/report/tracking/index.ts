export { renderCollapsed } from './collapsed.js'
export { renderPprof } from './pprof.js'
export { renderSpeedscope } from './speedscope.js'
export { renderTracking } from './tracking-text.js'
