import type { WatchedFigure, WatchReport } from '../../watch/index.js'
import { formatBytes, formatCount } from '../../figures/index.js'
import { formatDuration } from '../duration-format.js'
import { describeGrowth, noiseBytes } from '../growth-text.js'
import { heapEngine } from '../section.js'
import { figureName } from './figure-names.js'

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
      return `${heapEngine}'s heap`
    default:
      return `what ${report.allocator?.name ?? 'the allocator'} has from the system`
  }
}

function describeCourse(figure: WatchedFigure, report: WatchReport): string {
  const { fallenBytes } = figure.trend
  const shrank = fallenBytes === 0 ? 'never shrank' : `gave ${formatBytes(fallenBytes)} back on the way`
  return `${blamedName(figure, report)} grew by ${formatBytes(growth(figure))} and ${shrank}`
}

function describeRss(rss: WatchedFigure, peakBytes: number): string {
  const { startBytes, bytes, timeMs } = rss
  const course = `RSS went from ${formatBytes(startBytes)} to ${formatBytes(bytes)} in ${formatDuration(timeMs)}`
  return peakBytes - Math.max(startBytes, bytes) >= noiseBytes ? `${course}, with a peak of ${formatBytes(peakBytes)}` : course
}

function describeEnd({ rssRise }: WatchReport, { bytes }: WatchedFigure): string {
  if (rssRise === undefined || rssRise.bytes < Math.max(noiseBytes, bytes * risingShare)) return ''
  const { bytes: risen, overMs } = rssRise
  return ` At the end it was still rising, by ${formatBytes(risen / (overMs / 1000))}/s over the last ${formatDuration(overMs)}.`
}

/** What the growth is of. Empty where the arenas and V8's heap tell it all. */
function describeHolders({ growth, allocator }: WatchReport): string {
  if (growth === undefined) return ''
  const isTold = growth.inUseBytes === undefined && growth.embeddedBytes < noiseBytes && Math.abs(growth.unexplainedBytes) < noiseBytes
  if (isTold || (growth.rssBytes < noiseBytes && growth.unexplainedBytes > -noiseBytes)) return ''
  const text = describeGrowth(growth, allocator, 'allocscope run --collect')
  return ` ${text.charAt(0).toUpperCase()}${text.slice(1)}`
}

function describeBlocks({ blocked }: WatchReport): string {
  if (blocked.times === 0) return ''
  const times = blocked.times === 1 ? 'once' : `${formatCount(blocked.times)} times`
  return ` The event loop was blocked ${times}, for up to ${formatDuration(blocked.longestMs)}.`
}

/** A few sentences on what the watch saw, from its figures alone. Empty when there was no sample. */
export function summariseWatch(report: WatchReport): string {
  const rss = report.figures.find(({ subject }) => subject === 'rss')
  if (rss === undefined) return ''
  const growers = [...blamable(report)].filter((figure) => growth(figure) >= noiseBytes).sort((a, b) => growth(b) - growth(a))
  const blamed = growers.slice(0, named).map((figure) => describeCourse(figure, report))
  const holders = describeHolders(report)
  const course = describeRss(rss, report.peakRssBytes ?? rss.peakBytes)
  const nothing = holders === '' ? `: nothing grew by ${formatBytes(noiseBytes)} or more` : ''
  const cause = blamed.length === 0 ? nothing : `: ${blamed.join('; ')}`
  return `${course}${cause}.${holders}${describeEnd(report, rss)}${describeBlocks(report)}`
}
