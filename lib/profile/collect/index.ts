export type { CollectOptions, Collector, Registration, Registry } from './collector.js'
export { openRegistry } from './registry.js'
export { currentCollector, startCollecting } from './start-collecting.js'
export { readProfiles } from './read-profiles.js'
