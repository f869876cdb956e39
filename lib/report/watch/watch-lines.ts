import type { WatchedFigure, WatchEvent, WatchView } from '../../watch/index.js'
import { formatBytes, formatCount } from '../../figures/index.js'
import { formatDuration } from '../duration-format.js'
import { describeEvent, formatMeanRate, timeOf } from './event-text.js'
import { splitArenas } from './figure-names.js'

/** Begins each line, to tell it from the program's own lines. */
const mark = 'allocscope'

const [timeWidth, bytesWidth, rateWidth, overWidth] = [12, 11, 14, 7]

function seconds(timeMs: number | undefined): string {
  return (timeMs === undefined ? '' : `${(timeMs / 1000).toFixed(1)} s`).padStart(timeWidth)
}

/** Subjects whose names are one word, so that a field can be found by its name. */
type Word = Extract<
  WatchedFigure['subject'],
  'rss' | 'mapped' | 'allocated' | 'free' | 'mmapped' | 'heap.used' | 'heap.committed' | 'external'
>

function field(subject: Word, figures: readonly WatchedFigure[]): readonly string[] {
  const figure = figures.find((one) => one.subject === subject)
  // A figure that the allocator lacks now it will lack later too. V8's figures only come later.
  if (figure === undefined && !subject.startsWith('heap') && subject !== 'external') return []
  const text = `${subject} ${formatBytes(figure?.bytes).padStart(bytesWidth)}`
  if (subject !== 'rss') return [text]
  const { changedBytes = 0, overMs = 0 } = figure?.trend ?? {}
  const rate = formatMeanRate({ changedBytes }, overMs).padStart(rateWidth)
  return [`${text} ${rate} over ${formatDuration(overMs).padStart(overWidth)}`]
}

function arenaFields(arenas: readonly WatchedFigure[]): readonly string[] {
  const main = arenas.find(({ arena }) => arena === 0)
  if (main === undefined) return []
  const others = arenas.reduce((sum, { arena, bytes }) => (arena === 0 ? sum : sum + bytes), 0)
  return [
    `main-arena ${formatBytes(main.bytes).padStart(bytesWidth)}`,
    `other-arenas ${formatCount(arenas.length - 1).padStart(3)} ${formatBytes(others).padStart(bytesWidth)}`,
  ]
}

function loopField({ silentMs, last }: WatchView): string {
  if (silentMs > 0) return `no sample for ${formatDuration(silentMs)}`
  return last.blockedMs > 0 ? `loop blocked for ${formatDuration(last.blockedMs)}` : 'loop turns'
}

/** One line with the program's present figures. The fields are always the same and in the same columns. */
export function renderWatchLine(view: WatchView): string {
  const of = (...subjects: readonly Word[]): readonly string[] => subjects.flatMap((subject) => field(subject, view.figures))
  const fields = [
    ...of('rss', 'mapped', 'allocated', 'free'),
    ...arenaFields(splitArenas(view.figures).arenas),
    ...of('mmapped', 'heap.used', 'heap.committed', 'external'),
    loopField(view),
  ]
  return `${mark} ${seconds(view.last.timeMs)}  sample  ${fields.join('  ')}\n`
}

/** One line for an event; empty for events that have no line. */
export function renderWatchEventLine(event: WatchEvent): string {
  if (event.kind === 'start') {
    const { program, pid, allocator, intervalMs } = event
    const under = allocator === undefined ? '' : ` under ${allocator.name}`
    return `${mark} ${seconds(0)}  start  ${program}${under}, pid ${pid}, a sample every ${formatDuration(intervalMs)}\n`
  }
  const text = describeEvent(event)
  return text === undefined ? '' : `${mark} ${seconds(timeOf(event))}  ${text}\n`
}

/** One event as a JSON object on a line of its own, `version` 1. Unknown figures are null. */
export function renderWatchEventJson(event: WatchEvent): string {
  const nullWhenUnknown = (_key: string, value: unknown): unknown =>
    value === undefined || (typeof value === 'number' && !Number.isFinite(value)) ? null : value
  return `${JSON.stringify({ version: 1, ...event }, nullWhenUnknown)}\n`
}
