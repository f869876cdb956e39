import { readFileSync } from 'node:fs'

import { lazily } from '../loading/index.js'
import { sharedClockMs } from './work-record.js'
import type { AllocatorLine, RecordWriter, ReleasedLine, WorkedLine } from './work-record.js'

// Loaded once the work has ended: until then the program is as light as it is without allocscope. The first one loads no addon.
const collection = lazily(() => require('../heap/collect-garbage.js') as typeof import('../heap/collect-garbage.js'))
const allocators = lazily(() => require('../allocator/index.js') as typeof import('../allocator/index.js'))

/** RSS stands still when it moves by less than this between two looks. */
const stillBytes = 256 * 1024
const lookEveryMs = 25
const stillLooks = 8
const longestWaitMs = 3000

function readStatus(name: string): number | undefined {
  const kibibytes = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(readFileSync('/proc/self/status', 'latin1'))?.[1]
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1024
}

/** Blocks this thread; those of the allocator and of V8 go on. Within an `exit` event nothing else waits. */
function block(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
}

function describeWork(): WorkedLine {
  const usage = process.resourceUsage()
  return {
    kind: 'worked',
    nodeVersion: process.version,
    atMs: sharedClockMs(),
    peakRssBytes: readStatus('VmHWM'),
    userMs: usage.userCPUTime / 1000,
    systemMs: usage.systemCPUTime / 1000,
    minorFaults: usage.minorPageFault,
    majorFaults: usage.majorPageFault,
  }
}

/** Collects twice: the second collection also frees what other threads of V8 let go of after the first. */
function collect(): void {
  const { collectGarbage } = collection()
  collectGarbage()
  block(lookEveryMs)
  collectGarbage()
}

function waitUntilStill(): Omit<ReleasedLine, 'workers'> {
  let rssBytes = readStatus('VmRSS') ?? 0
  let still = 0
  for (let waitedMs = 0; still < stillLooks && waitedMs < longestWaitMs; waitedMs += lookEveryMs) {
    block(lookEveryMs)
    const now = readStatus('VmRSS') ?? 0
    still = Math.abs(now - rssBytes) < stillBytes ? still + 1 : 0
    rssBytes = now
  }
  return { kind: 'released', rssBytes, isStill: still >= stillLooks }
}

function nameAllocator(): AllocatorLine {
  const { allocator, provenance } = allocators().getAllocatorStats({ others: false })
  return { kind: 'allocator', name: allocator, version: provenance.version }
}

/** Writes the figures of the work that has ended, then collects. */
export function recordWork({ write }: RecordWriter): void {
  write(describeWork())
  collect()
}

/** Writes what stayed once RSS stands still, with so many worker threads beside it, and whose malloc it was. Takes a fifth of a second or more. */
export function recordReleased({ write }: RecordWriter, workers: number): void {
  write({ ...waitUntilStill(), workers })
  write(nameAllocator())
}

/** {@link recordWork}, the wait and {@link recordReleased} at once, for an `exit` event. */
export function recordAll(writer: RecordWriter, workers: number): void {
  recordWork(writer)
  block(writer.settleMs)
  recordReleased(writer, workers)
}
