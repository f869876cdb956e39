import { getAllocatorStats } from '../../allocator/index.js'
import { collectFully } from '../../heap/index.js'
import { getRss } from '../../process/index.js'
import { releaseMemory } from '../../release/index.js'
import { watchArenas } from '../../watch/index.js'

/** One block in so many is kept when scattered ones are. */
export const keptOneIn = 64

/** The bytes that each block asks of malloc. */
export const blockBytes = 512

/** Which blocks are freed. */
export type FreeingOrder = 'all' | 'newest half' | 'oldest half' | 'all but scattered ones'

/** RSS and the allocator's footprint, beyond what they were before the first block. */
export interface RisenMemory {
  readonly rssBytes: number
  /** Undefined where the allocator doesn't tell. */
  readonly mappedBytes: number | undefined
}

/** The figures of {@link freeBlocks}. */
export interface FreedBlocks {
  readonly allocator: string
  /** With all blocks in use. */
  readonly held: RisenMemory
  /** After the order's blocks were dropped and everything was collected. */
  readonly freed: RisenMemory
  /** After a purge on top of that. */
  readonly purged: RisenMemory
  /** The bytes of the blocks that are still in use. */
  readonly inUseBytes: number
  /** The footprint over time, as a watch saw it. */
  readonly course: readonly (number | undefined)[]
}

const isFreed: Readonly<Record<FreeingOrder, (index: number, count: number) => boolean>> = {
  all: () => true,
  'newest half': (index, count) => index >= count / 2,
  'oldest half': (index, count) => index < count / 2,
  'all but scattered ones': (index) => index % keptOneIn !== 0,
}

const sampleMs = 5
const settleMs = 200

function read(): RisenMemory {
  return { rssBytes: getRss(), mappedBytes: getAllocatorStats().mappedBytes }
}

function since(baseline: RisenMemory): RisenMemory {
  const { rssBytes, mappedBytes } = read()
  const mapped = mappedBytes === undefined || baseline.mappedBytes === undefined ? undefined : mappedBytes - baseline.mappedBytes
  return { rssBytes: rssBytes - baseline.rssBytes, mappedBytes: mapped }
}

/** Takes `count` small blocks from malloc, each as the memory of an ArrayBuffer, and frees those of `order`. */
export async function freeBlocks({ order, count }: { readonly order: FreeingOrder; readonly count: number }): Promise<FreedBlocks> {
  const blocks = new Array<ArrayBuffer | null>(count).fill(null)
  await collectFully()
  const baseline = read()
  const watcher = watchArenas({ intervalMs: sampleMs })
  const course: (number | undefined)[] = []
  watcher.on('sample', ({ mappedBytes }) => course.push(mappedBytes))
  for (let index = 0; index < count; index++) blocks[index] = new ArrayBuffer(blockBytes)
  await collectFully()
  const held = since(baseline)
  for (let index = 0; index < count; index++) if (isFreed[order](index, count)) blocks[index] = null
  await releaseMemory({ purge: false, settleMs })
  const freed = since(baseline)
  await releaseMemory({ gc: false, settleMs })
  const purged = since(baseline)
  watcher.stop()
  const inUseBytes = blocks.filter((block) => block !== null).length * blockBytes
  return { allocator: getAllocatorStats().allocator, held, freed, purged, inUseBytes, course }
}
