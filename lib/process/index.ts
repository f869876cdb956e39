export { getProcessMemory, getRss } from './process-memory.js'
export type { FullProcessMemory, ProcessMemory, ProcessMemoryOptions } from './process-memory.js'
