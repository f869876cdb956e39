import type { ArenaTrend, WatchEvent, WatchedFigure } from '../../watch/index.js'
import { formatByteChange, formatBytes, formatCount, unknownFigure } from '../../figures/index.js'
import { formatDuration } from '../duration-format.js'
import { arenaName, figureName } from './figure-names.js'

/** Bytes a second with their sign: `+2.4 MiB/s`. */
export function formatRate(bytesPerSecond: number | undefined): string {
  return bytesPerSecond === undefined ? unknownFigure : `${formatByteChange(Math.round(bytesPerSecond))}/s`
}

/** The mean over `overMs` up to now, a second: `+2.4 MiB/s`. A figure that is younger than that was 0 before. */
export function formatMeanRate({ changedBytes }: Pick<ArenaTrend, 'changedBytes'>, overMs: number): string {
  return formatRate(overMs > 0 ? changedBytes / (overMs / 1000) : undefined)
}

/** The time that the rates of these figures are means over: that of RSS, which is there from the first sample on. */
export function rateWindowMs(figures: readonly WatchedFigure[]): number {
  return (figures.find(({ subject }) => subject === 'rss') ?? figures[0])?.trend.overMs ?? 0
}

/** The heading of a column of such rates: `/s over 10.0 s`. */
export function rateHeading(overMs: number): string {
  return `/s over ${formatDuration(overMs)}`
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
      return `${event.kind}  ${figureName(event)}  ${formatBytes(fromBytes)} -> ${formatBytes(toBytes)}  ${formatMeanRate(trend, trend.overMs)} over ${formatDuration(trend.overMs)}`
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
