import { getAllocatorStats } from '../../allocator/index.js'
import { collectFully } from '../../heap/index.js'

/** glibc's thresholds at one moment. */
export interface Thresholds {
  readonly mmapThresholdBytes: number
  readonly trimThresholdBytes: number
}

/** The figures of {@link moveThresholds}; undefined unless glibc serves malloc and its layout is proved. */
export interface MovedThresholds {
  readonly blockBytes: number
  readonly before: Thresholds | undefined
  readonly after: Thresholds | undefined
}

function read(): Thresholds | undefined {
  const stats = getAllocatorStats({ detail: 'arenas', budgetMs: Infinity, others: false })
  if (stats.allocator !== 'glibc' || stats.tunables === undefined) return undefined
  const { mmapThresholdBytes, trimThresholdBytes } = stats.tunables
  return { mmapThresholdBytes, trimThresholdBytes }
}

/** Frees one block of `blockBytes` that had an mmap of its own. */
export async function moveThresholds({ blockBytes }: { readonly blockBytes: number }): Promise<MovedThresholds> {
  await collectFully()
  const before = read()
  Buffer.allocUnsafeSlow(blockBytes).fill(1)
  await collectFully()
  return { blockBytes, before, after: read() }
}
