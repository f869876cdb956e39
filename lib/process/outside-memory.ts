import { closeSync, openSync, readFileSync, readSync } from 'node:fs'

import { kibibytes } from './other-process.js'

/** What the kernel says of a process from outside, bytes. */
export interface OutsideMemory {
  readonly rssBytes: number
  /** The part of RSS that is pages of files or shared memory. */
  readonly sharedBytes: number
}

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

const space = 0x20

/** Numbers of a line, without a string for each: this is read a hundred times a second. */
function numberAt(bytes: Buffer, length: number, field: number): number {
  let at = 0
  for (let skipped = 0; skipped < field && at < length; at++) if (bytes[at] === space) skipped++
  let value = 0
  for (; at < length && (bytes[at] as number) > space; at++) value = value * 10 + (bytes[at] as number) - 0x30
  return value
}

/**
 * Reads another process's memory again and again: `/proc/<pid>/statm`, kept open. The kernel answers for that process alone, also when its id is given
 * to another one. Some 5 µs a reading.
 */
export class OutsideMemoryReader {
  readonly #pid: number
  readonly #statm: number
  readonly #line = Buffer.alloc(256)

  /** Throws what the file system throws, as when there is no such process. */
  constructor(pid: number) {
    this.#pid = pid
    this.#statm = openSync(`/proc/${pid}/statm`, 'r')
  }

  /** Undefined once the process has ended. */
  read(): OutsideMemory | undefined {
    try {
      const length = readSync(this.#statm, this.#line, 0, this.#line.length, 0)
      const rssBytes = numberAt(this.#line, length, 1) * getPageBytes()
      // A process that has ended and wasn't waited for has no memory.
      return rssBytes === 0 ? undefined : { rssBytes, sharedBytes: numberAt(this.#line, length, 2) * getPageBytes() }
    } catch {
      return undefined
    }
  }

  /** `VmHWM` of `/proc/<pid>/status`, bytes: the highest RSS so far, between readings as well. Some 30 µs. */
  readPeak(): number | undefined {
    try {
      return kibibytes(readFileSync(`/proc/${this.#pid}/status`, 'latin1'), 'VmHWM') || undefined
    } catch {
      return undefined
    }
  }

  close(): void {
    closeSync(this.#statm)
  }
}
