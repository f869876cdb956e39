import { readFileSync } from 'node:fs'

/** What the kernel said of another process the last time it was asked. */
export interface KernelSighting {
  /** `VmHWM` of `/proc/<pid>/status`, bytes. */
  readonly peakRssBytes: number
  /** `VmRSS`, bytes. */
  readonly rssBytes: number
  readonly readings: number
}

function kibibytes(status: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0) * 1024
}

/**
 * Asks the kernel about process `pid` now and every `intervalMs`, from outside: it answers while that process's event loop is blocked, and
 * right up to a kill. The returned function ends the watch; it answers undefined where there is no /proc.
 */
export function watchFromOutside(pid: number, intervalMs: number): () => KernelSighting | undefined {
  let sighting: KernelSighting | undefined
  const look = (): void => {
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'latin1')
      const rssBytes = kibibytes(status, 'VmRSS')
      // A process that has ended but wasn't waited for has no memory lines.
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
