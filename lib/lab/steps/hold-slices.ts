import { collectFully, getHeapStats } from '../../heap/index.js'
import { getRss } from '../../process/index.js'

/** The figures of {@link holdSlices}. */
export interface HeldSlices {
  /** The bytes that the kept Buffers show. */
  readonly viewBytes: number
  /** The memory that they keep: V8's own count of array buffers. */
  readonly arrayBufferBytes: number
  readonly rssBytes: number
}

const text = 'session 12345678'
/** What a server does between two sessions: texts that fill the rest of the pool, and are forgotten. */
const passing = ['x'.repeat(4000), 'y'.repeat(4000)] as const

/** Keeps `count` small Buffers of node's pool, each from another pool. */
export async function holdSlices({ count, copied }: { readonly count: number; readonly copied: boolean }): Promise<HeldSlices> {
  const kept: Uint8Array[] = []
  await collectFully()
  const before = { ...getHeapStats(), rssBytes: getRss() }
  for (let index = 0; index < count; index++) {
    const slice = Buffer.from(text)
    kept.push(copied ? new Uint8Array(slice) : slice)
    for (const other of passing) Buffer.from(other)
  }
  await collectFully()
  return {
    viewBytes: kept.reduce((sum, { length }) => sum + length, 0),
    arrayBufferBytes: getHeapStats().arrayBufferBytes - before.arrayBufferBytes,
    rssBytes: getRss() - before.rssBytes,
  }
}
