export type { MetricsOptions, MetricsRegistration } from '../metrics/index.js'
export { registerAllocscopeMetrics } from './register-metrics.js'
export type { MetricsRegistry } from './register-metrics.js'
