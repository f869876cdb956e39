import { readFileSync } from 'node:fs'

/** The kernel's figures of another process, as last read. */
export interface KernelSighting {
  /** `VmHWM` of `/proc/<pid>/status`, bytes. */
  readonly peakRssBytes: number
  /** `VmRSS`, bytes. */
  readonly rssBytes: number
  readonly readings: number
}

/** A figure of `/proc/<pid>/status` that is in kB, bytes; 0 when it has none of that name. */
export function kibibytes(status: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0) * 1024
}

/**
 * Asks the kernel about process `pid` now and every `intervalMs`. That works while the process's event loop is blocked, and right up to a kill. The
 * returned function ends the watch. It answers undefined where there is no /proc.
 */
export function watchFromOutside(pid: number, intervalMs: number): () => KernelSighting | undefined {
  let sighting: KernelSighting | undefined
  const look = (): void => {
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'latin1')
      const rssBytes = kibibytes(status, 'VmRSS')
      // A zombie, a process that has ended but wasn't waited for, has no memory lines.
      if (rssBytes === 0) return
      sighting = { rssBytes, peakRssBytes: kibibytes(status, 'VmHWM'), readings: (sighting?.readings ?? 0) + 1 }
    } catch {
      clearInterval(timer)
    }
  }
  const timer = setInterval(look, intervalMs)
  look()
  return () => {
    clearInterval(timer)
    return sighting
  }
}
