import { readFileSync } from 'node:fs'

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

/** `VmHWM` of `/proc/<pid>/status`, bytes: the highest RSS so far, between samples as well. Undefined once the process has ended. Some 30 µs. */
export function readPeakRss(pid: number): number | undefined {
  try {
    return kibibytes(readFileSync(`/proc/${pid}/status`, 'latin1'), 'VmHWM') || undefined
  } catch {
    return undefined
  }
}
