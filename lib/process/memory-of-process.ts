import { performance } from 'node:perf_hooks'

import { lookAtProcess } from './look-at-process.js'
import { readFromFiles, readProcFile } from './process-memory.js'
import type { FullProcessMemory, ProcessMemory } from './process-memory.js'

/** The kernel's figures of another process. Throws `ERR_ALLOCSCOPE_PROC_UNREADABLE`. */
export function readProcessMemoryOf(pid: number): FullProcessMemory {
  const start = performance.now()
  const status = readProcFile(`/proc/${pid}/status`)
  const look = lookAtProcess(pid)
  const bytes = (name: string): number => status.get(name) ?? 0
  const basic: ProcessMemory = {
    rssBytes: bytes('VmRSS'),
    virtualBytes: bytes('VmSize'),
    residentSharedBytes: bytes('RssFile') + bytes('RssShmem'),
    peakRssBytes: bytes('VmHWM'),
    minorFaults: look?.minorFaults ?? 0,
    majorFaults: look?.majorFaults ?? 0,
    costMicros: 0,
    source: 'proc',
  }
  return readFromFiles(basic, `/proc/${pid}`, start)
}
