import { closeSync, openSync, readFileSync, readSync } from 'node:fs'

import { kibibytes } from './other-process.js'

const pageSizeTag = 6
const usualPageBytes = 4096

/** AT_PAGESZ of `/proc/self/auxv`, which is pairs of words. */
function readPageBytes(): number {
  try {
    const words = readFileSync('/proc/self/auxv')
    for (let at = 0; at + 16 <= words.length; at += 16) if (words.readUInt32LE(at) === pageSizeTag) return words.readUInt32LE(at + 8)
  } catch {
    // Without /proc there is nothing to read pages of.
  }
  return usualPageBytes
}

let pageBytes: number | undefined

/** Bytes of a page of memory. */
export function getPageBytes(): number {
  pageBytes ??= readPageBytes()
  return pageBytes
}

/** Longer than any `/proc/<pid>/status`. */
const longestStatus = 8192

/** `VmHWM` of a process: the highest RSS so far, between samples as well. Its file is kept open, as opening it takes longer than reading it. */
export class PeakRss {
  readonly #descriptor: number | undefined
  static readonly #status = Buffer.allocUnsafeSlow(longestStatus)

  constructor(pid: number) {
    try {
      this.#descriptor = openSync(`/proc/${pid}/status`, 'r')
    } catch {
      // It has ended already.
    }
  }

  /** Bytes. Undefined once the process has ended. Some 30 µs. */
  read(): number | undefined {
    if (this.#descriptor === undefined) return undefined
    try {
      const length = readSync(this.#descriptor, PeakRss.#status, 0, longestStatus, 0)
      return kibibytes(PeakRss.#status.toString('latin1', 0, length), 'VmHWM') || undefined
    } catch {
      return undefined
    }
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor)
  }
}
