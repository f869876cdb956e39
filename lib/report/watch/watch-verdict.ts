import type { WatchedFigure, WatchReport } from '../../watch/index.js'
import { formatBytes } from '../../figures/index.js'
import { formatDuration } from '../duration-format.js'
import { formatRate } from './event-text.js'
import { figureName } from './figure-names.js'

/** A smaller difference says nothing: code that ran for the first time and V8's own bookkeeping add as much. */
const noiseBytes = 8 * 1024 ** 2

/** A rise by less than this share of the figure isn't reported. */
const risingShare = 0.01

/** How many of the figures that grew are named. */
const named = 3

function growth({ startBytes, bytes }: WatchedFigure): number {
  return bytes - startBytes
}

/** The figures that can explain growth: parts of RSS, not the sums (RSS, mapped). */
function blamable(report: WatchReport): readonly WatchedFigure[] {
  const subjects = new Set(['arena', 'mmapped', 'heap.committed'])
  const hasArenas = report.figures.some(({ subject }) => subject === 'arena')
  return report.figures.filter(({ subject }) => subjects.has(subject) || (!hasArenas && subject === 'mapped'))
}

function blamedName(figure: WatchedFigure, report: WatchReport): string {
  switch (figure.subject) {
    case 'arena':
      return figure.arena === 0 ? 'the main arena' : figureName(figure)
    case 'mmapped':
      return 'what has an mmap of its own'
    case 'heap.committed':
      return "V8's heap"
    default:
      return `what ${report.allocator?.name ?? 'the allocator'} has from the system`
  }
}

function describeGrowth(figure: WatchedFigure, report: WatchReport): string {
  const { fallenBytes } = figure.trend
  const shrank = fallenBytes === 0 ? 'never shrank' : `gave ${formatBytes(fallenBytes)} back on the way`
  return `${blamedName(figure, report)} grew by ${formatBytes(growth(figure))} and ${shrank}`
}

function describeRss(rss: WatchedFigure, peakBytes: number): string {
  const { startBytes, bytes, timeMs } = rss
  const course = `RSS went from ${formatBytes(startBytes)} to ${formatBytes(bytes)} in ${formatDuration(timeMs)}`
  return peakBytes - Math.max(startBytes, bytes) >= noiseBytes ? `${course}, with a peak of ${formatBytes(peakBytes)}` : course
}

function describeEnd({ bytes, trend }: WatchedFigure): string {
  const { bytesPerSecond, overMs } = trend
  const rise = ((bytesPerSecond ?? 0) * overMs) / 1000
  if (bytesPerSecond === undefined || rise < Math.max(noiseBytes, bytes * risingShare)) return ''
  return ` At the end it was still rising, by ${formatRate(bytesPerSecond).slice(1)} over the last ${formatDuration(overMs)}.`
}

function describeBlocks({ blocked }: WatchReport): string {
  if (blocked.times === 0) return ''
  const times = blocked.times === 1 ? 'once' : `${blocked.times} times`
  return ` The event loop was blocked ${times}, for up to ${formatDuration(blocked.longestMs)}.`
}

/** A few sentences on what the watch saw, from its figures alone. Empty when there was no sample. */
export function summariseWatch(report: WatchReport): string {
  const rss = report.figures.find(({ subject }) => subject === 'rss')
  if (rss === undefined) return ''
  const growers = [...blamable(report)].filter((figure) => growth(figure) >= noiseBytes).sort((a, b) => growth(b) - growth(a))
  const blamed = growers.slice(0, named).map((figure) => describeGrowth(figure, report))
  const cause = blamed.length === 0 ? `nothing grew by ${formatBytes(noiseBytes)} or more` : blamed.join('; ')
  return `${describeRss(rss, report.peakRssBytes ?? rss.peakBytes)}: ${cause}.${describeEnd(rss)}${describeBlocks(report)}`
}
