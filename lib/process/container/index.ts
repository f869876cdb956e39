export type { Container, ContainerMemory, ContainerOptions, LimitedGroup, MemoryEvents, NoContainerMemory } from './container-memory.js'
export { readContainer } from './read-container.js'
export { timeToLimit } from './time-to-limit.js'
export type { TimeToLimit } from './time-to-limit.js'
