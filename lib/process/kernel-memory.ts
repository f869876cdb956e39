import { readFileSync } from 'node:fs'

import { parseProcFields } from './proc-fields.js'

/** What the kernel keeps or holds for a process beside its RSS. Undefined where this kernel doesn't tell, or the process is gone. */
export interface KernelMemory {
  /** `VmPTE` of `/proc/<pid>/status`. */
  readonly pageTableBytes: number | undefined
  /** `VmPin`. */
  readonly pinnedBytes: number | undefined
  /** `VmSwap`. */
  readonly swapBytes: number | undefined
}

function readStatus(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'latin1')
  } catch {
    return ''
  }
}

/** By one reading of `/proc/<pid>/status`, some 50 µs. */
export function readKernelMemory(pid: number): KernelMemory {
  const fields = parseProcFields(readStatus(pid))
  return { pageTableBytes: fields.get('VmPTE'), pinnedBytes: fields.get('VmPin'), swapBytes: fields.get('VmSwap') }
}
