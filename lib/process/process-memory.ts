import { readFileSync } from 'node:fs'
import { performance } from 'node:perf_hooks'

import { binding, isFailure, toError } from '../binding/index.js'
import { AllocscopeError, checkOneOf, readOptions, whyNotReadable } from '../errors/index.js'
import { readRssWithoutAddon } from './memory-usage.js'
import { parseProcFields } from './proc-fields.js'

/** The kernel's figures of this process. They cost two system calls. */
export interface ProcessMemory {
  /** Resident set size, bytes: pages in physical memory, shared ones included. `/proc/self/statm`, second field. */
  readonly rssBytes: number
  /** Address space mapped, bytes, resident or not. `/proc/self/statm`, first field; undefined off Linux. */
  readonly virtualBytes: number | undefined
  /** Resident pages that a file or shared memory backs, bytes. `/proc/self/statm`, third field; undefined off Linux. */
  readonly residentSharedBytes: number | undefined
  /**
   * The largest RSS that this program has had, bytes. `ru_maxrss`, or else `VmHWM`: `ru_maxrss` survives `execve`, so it may still be the peak of
   * the program that started this one.
   */
  readonly peakRssBytes: number
  /** Page faults served without reading a disk, since the process began. `ru_minflt`. */
  readonly minorFaults: number
  /** Page faults that read a disk, since the process began. `ru_majflt`. */
  readonly majorFaults: number
  /** What this reading cost, microseconds of this thread's time. */
  readonly costMicros: number
  /** Where the figures came from. `'proc'` is another process's files, as `allocscope attach` reads them; there the peak is `VmHWM`. */
  readonly source: 'statm+getrusage' | 'node' | 'proc'
}

/** {@link ProcessMemory} and figures for which the kernel walks every mapping. */
export interface FullProcessMemory extends ProcessMemory {
  /** Proportional set size, bytes: shared pages divided by their number of users. `Pss` of `smaps_rollup`. */
  readonly pssBytes: number
  /** Unique set size, bytes: what would be freed if the process ended. `Private_Clean + Private_Dirty + Private_Hugetlb`. */
  readonly ussBytes: number
  /** Bytes swapped out. `Swap`. */
  readonly swapBytes: number
  /** Resident bytes that no file backs: heaps, stacks, V8. `Anonymous`. */
  readonly anonymousBytes: number
  /** Resident bytes of mapped files. `RssFile` of `/proc/self/status`. */
  readonly fileBytes: number
  /** Resident bytes of shared memory and tmpfs. `RssShmem` of `/proc/self/status`. */
  readonly sharedMemoryBytes: number
  /** Resident bytes that another process maps too. `Shared_Clean + Shared_Dirty + Shared_Hugetlb`. */
  readonly sharedBytes: number
  /** Bytes in transparent and explicit huge pages. `AnonHugePages + FilePmdMapped + ShmemPmdMapped + Private_Hugetlb + Shared_Hugetlb`. */
  readonly hugePageBytes: number
  /** Bytes of the process's page tables, not part of RSS. `VmPTE` of `/proc/self/status`. */
  readonly pageTableBytes: number
}

/** Options of {@link getProcessMemory}. */
export interface ProcessMemoryOptions {
  /**
   * `'basic'` (the default) costs about 2 µs. For `'full'` the kernel walks every mapping: about 0.5 ms in a process of 40 MB and 8 ms in one of
   * 640 MB. The process's memory map is locked for reading during the walk.
   */
  readonly detail?: 'basic' | 'full'
}

/** MemoryField of native/convert/process.cc. */
const memoryPlace = { rssBytes: 0, virtualBytes: 1, sharedBytes: 2, peakBytes: 3, minorFaults: 4, majorFaults: 5, length: 6 } as const

const figures = new Float64Array(memoryPlace.length)

function readWithoutAddon(): Omit<ProcessMemory, 'costMicros'> {
  const usage = process.resourceUsage()
  return {
    rssBytes: readRssWithoutAddon(),
    virtualBytes: undefined,
    residentSharedBytes: undefined,
    peakRssBytes: usage.maxRSS * 1024,
    minorFaults: usage.minorPageFault,
    majorFaults: usage.majorPageFault,
    source: 'node',
  }
}

/** Public: described where it is exported, in lib/index.ts. */
export function getRss(): number {
  if (binding === undefined) return readRssWithoutAddon()
  const answer = binding.readRss()
  if (typeof answer !== 'number') throw toError(answer)
  return answer
}

function readBasic(): ProcessMemory {
  const start = performance.now()
  if (binding === undefined) return { ...readWithoutAddon(), costMicros: (performance.now() - start) * 1000 }
  const answer = binding.readProcessMemory(figures)
  if (isFailure(answer)) throw toError(answer)
  return {
    rssBytes: figures[memoryPlace.rssBytes] as number,
    virtualBytes: figures[memoryPlace.virtualBytes],
    residentSharedBytes: figures[memoryPlace.sharedBytes],
    peakRssBytes: figures[memoryPlace.peakBytes] as number,
    minorFaults: figures[memoryPlace.minorFaults] as number,
    majorFaults: figures[memoryPlace.majorFaults] as number,
    costMicros: (performance.now() - start) * 1000,
    source: 'statm+getrusage',
  }
}

export function readProcFile(file: string): ReadonlyMap<string, number> {
  try {
    return parseProcFields(readFileSync(file, 'latin1'))
  } catch (cause) {
    if (process.platform !== 'linux') {
      const message = `getProcessMemory({ detail: 'full' }) reads ${file}, which ${process.platform} doesn't have`
      throw new AllocscopeError('ERR_ALLOCSCOPE_UNSUPPORTED', message, { cause })
    }
    const { errno, syscall } = cause as NodeJS.ErrnoException
    throw new AllocscopeError('ERR_ALLOCSCOPE_PROC_UNREADABLE', `cannot read ${file}: ${whyNotReadable(cause, file)}`, {
      cause,
      syscall,
      errno: errno === undefined ? undefined : Math.abs(errno),
    })
  }
}

/** The figures that stand in a process's files. `folder` is its own in /proc. */
export function readFromFiles(basic: ProcessMemory, folder: string, start: number): FullProcessMemory {
  const rollup = readProcFile(`${folder}/smaps_rollup`)
  const status = readProcFile(`${folder}/status`)
  const sum = (source: ReadonlyMap<string, number>, ...names: readonly string[]): number =>
    names.reduce((total, name) => total + (source.get(name) ?? 0), 0)
  return {
    ...basic,
    pssBytes: sum(rollup, 'Pss'),
    ussBytes: sum(rollup, 'Private_Clean', 'Private_Dirty', 'Private_Hugetlb'),
    swapBytes: sum(rollup, 'Swap'),
    anonymousBytes: sum(rollup, 'Anonymous'),
    fileBytes: sum(status, 'RssFile'),
    sharedMemoryBytes: sum(status, 'RssShmem'),
    sharedBytes: sum(rollup, 'Shared_Clean', 'Shared_Dirty', 'Shared_Hugetlb'),
    hugePageBytes: sum(rollup, 'AnonHugePages', 'FilePmdMapped', 'ShmemPmdMapped', 'Private_Hugetlb', 'Shared_Hugetlb'),
    pageTableBytes: sum(status, 'VmPTE'),
    costMicros: (performance.now() - start) * 1000,
  }
}

function readFull(): FullProcessMemory {
  const start = performance.now()
  return readFromFiles(readBasic(), '/proc/self', start)
}

/** Public: described where it is exported, in lib/index.ts. */
export function getProcessMemory(options: ProcessMemoryOptions & { readonly detail: 'full' }): FullProcessMemory
export function getProcessMemory(options?: ProcessMemoryOptions): ProcessMemory
export function getProcessMemory(options?: ProcessMemoryOptions): ProcessMemory {
  if (options === undefined) return readBasic()
  const { detail } = readOptions(options, ['detail'])
  return checkOneOf('options.detail', detail, ['basic', 'full'], 'basic') === 'full' ? readFull() : readBasic()
}
