import { getRss } from '../../process/index.js'
import { HeapCounts } from './heap-counts.js'

/** Counters of the calling thread, of which differences are taken. */
export interface CountedBytes {
  /** Heap and external bytes allocated since counting began. Never falls. */
  readonly allocatedBytes: number
  /** Heap and external bytes in use, live or not yet collected. */
  readonly usedBytes: number
  /** Of the whole process. */
  readonly rssBytes: number
}

export interface TotalsCounter {
  /** About 2 µs. */
  read(): CountedBytes
}

/** Begins to count what the calling thread allocates. Throws AllocscopeError when that can't be counted. */
export function openTotalsCounter(): TotalsCounter {
  const counts = new HeapCounts()
  return { read: () => ({ ...counts.read(), rssBytes: getRss() }) }
}
