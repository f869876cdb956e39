import { collectFully, getHeapStats } from '../../heap/index.js'
import { getRss } from '../../process/index.js'

/** How two figures have risen. */
export interface ExternalMoment {
  readonly moment: string
  /** What `process.memoryUsage().external` says. */
  readonly externalBytes: number
  readonly rssBytes: number
}

/** Allocates a Buffer, and writes to it only later: `external` counts what was asked for, RSS what was touched. */
export async function declareExternal({ bytes }: { readonly bytes: number }): Promise<readonly ExternalMoment[]> {
  await collectFully()
  const before = { externalBytes: getHeapStats().externalBytes, rssBytes: getRss() }
  const read = (moment: string): ExternalMoment => ({
    moment,
    externalBytes: getHeapStats().externalBytes - before.externalBytes,
    rssBytes: getRss() - before.rssBytes,
  })
  const buffer = Buffer.alloc(bytes)
  const allocated = read('Buffer.alloc(n)')
  buffer.fill(1, 0, bytes / 2)
  const half = read('its first half written')
  buffer.fill(1)
  return [allocated, half, read('all of it written')]
}
