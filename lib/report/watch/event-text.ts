import type { WatchEvent } from '../../watch/index.js'
import { formatByteChange, formatBytes, formatCount, unknownFigure } from '../../figures/index.js'
import { formatDuration } from '../duration-format.js'
import { arenaName, figureName } from './figure-names.js'

/** Bytes a second with their sign: `+2.4 MiB/s`. */
export function formatRate(bytesPerSecond: number | undefined): string {
  return bytesPerSecond === undefined ? unknownFigure : `${formatByteChange(Math.round(bytesPerSecond))}/s`
}

/** The time of an event, milliseconds since the watch began; undefined for events without one. */
export function timeOf(event: WatchEvent): number | undefined {
  return 'timeMs' in event ? event.timeMs : undefined
}

/** A line about the event that begins with its kind; undefined for kinds that have no such line. */
export function describeEvent(event: WatchEvent): string | undefined {
  switch (event.kind) {
    case 'growth':
    case 'shrink': {
      const { fromBytes, toBytes, trend } = event
      return `${event.kind}  ${figureName(event)}  ${formatBytes(fromBytes)} -> ${formatBytes(toBytes)}  ${formatRate(trend.bytesPerSecond)}`
    }
    case 'arena':
      return `arena  ${arenaName(event.arena)} was made, with ${formatBytes(event.bytes)}`
    case 'threshold':
      return `threshold  ${event.threshold} threshold  ${formatBytes(event.fromBytes)} -> ${formatBytes(event.toBytes)}`
    case 'overflow':
      return `overflow  ${formatCount(event.lostSamples)} samples lost, ${formatCount(event.totalLostSamples)} in all`
    case 'blocked':
      return `blocked  the event loop was blocked for ${formatDuration(event.durationMs)}`
    default:
      return undefined
  }
}
