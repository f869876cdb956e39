import { formatCount } from '../../figures/index.js'
import type { RecordedMark, RecordedSpan } from '../../record/index.js'
import { displayWidth, elideMiddle } from '../display-width.js'
import { formatDuration } from '../duration-format.js'
import { formatMoment } from './axis.js'
import type { Plot, PlotCollection } from './plot-model.js'
import { place, svgText, textAt, xOf } from './svg-parts.js'
import type { SvgFrame } from './svg-parts.js'

/** What a letter of 13 px takes, on the high side. */
const letterWidth = 7.8

const laneHeight = 20

/** Names of marks stand in so many lines at most, spans in so many lanes. */
const [mostNameLines, mostLanes] = [3, 8]

/** Things in lanes: each in the first that is free where it begins. */
export class Lanes {
  readonly #ends: number[] = []

  /** The lane from `begin` to `end`; undefined when all `most` are taken. */
  take(begin: number, end: number, most: number): number | undefined {
    const free = this.#ends.findIndex((taken) => taken <= begin)
    const lane = free === -1 ? this.#ends.length : free
    if (lane >= most) return undefined
    this.#ends[lane] = end
    return lane
  }

  get count(): number {
    return this.#ends.length
  }
}

interface DrawnLanes {
  readonly markup: string
  readonly bottom: number
}

function drawCollections(collections: readonly PlotCollection[], frame: SvgFrame, top: number): DrawnLanes {
  if (collections.length === 0) return { markup: '', bottom: top }
  const units = Math.round(frame.width)
  const sums = Array<number>(units).fill(0)
  for (const { timeMs, durationMs } of collections) {
    const at = Math.min(units - 1, Math.max(0, Math.floor(xOf(timeMs, frame) - frame.left)))
    sums[at] = (sums[at] as number) + (Number.isNaN(durationMs) ? 1 : durationMs)
  }
  const most = sums.reduce((highest, sum) => Math.max(highest, sum))
  const bars = sums.flatMap((sum, at) => {
    const height = Math.max(2, (sum / most) * (laneHeight - 2))
    return sum === 0 ? [] : [`M${frame.left + at} ${place(top + laneHeight)}v${place(-height)}h1.5v${place(height)}z`]
  })
  const bottom = top + laneHeight
  return { markup: `${textAt(frame.left - 8, bottom - 4, 'gc', ' class="faint end"')}<path class="gc" d="${bars.join('')}"/>`, bottom }
}

function drawMarks(marks: readonly RecordedMark[], frame: SvgFrame, top: number): DrawnLanes {
  const lanes = new Lanes()
  const drawn = marks.map(({ name, timeMs }) => {
    const x = xOf(timeMs, frame)
    const text = elideMiddle(name, 40)
    const width = displayWidth(text) * letterWidth
    const begin = Math.min(x, frame.left + frame.width - width)
    const lane = lanes.take(begin, begin + width + 8, mostNameLines)
    const title = `<title>${svgText(`${name}, ${formatMoment(timeMs)}`)}</title>`
    const line = `<path class="mark" d="M${place(x)} ${frame.top}V${place(frame.top + frame.height)}">${title}</path>`
    return lane === undefined ? line : line + textAt(begin, top + (lane + 1) * laneHeight - 4, text)
  })
  if (marks.length === 0) return { markup: '', bottom: top }
  const label = textAt(frame.left - 8, top + laneHeight - 4, 'marks', ' class="faint end"')
  return { markup: [label, ...drawn].join('\n'), bottom: top + lanes.count * laneHeight }
}

function drawSpans(spans: readonly RecordedSpan[], frame: SvgFrame, top: number): DrawnLanes {
  const lanes = new Lanes()
  let hidden = 0
  const drawn = spans.flatMap(({ name, startMs, endMs }) => {
    const begin = Math.max(frame.left, xOf(startMs, frame))
    const end = Math.min(frame.left + frame.width, xOf(endMs, frame))
    const lane = lanes.take(begin, end, mostLanes)
    if (lane === undefined) {
      hidden++
      return []
    }
    const y = top + lane * laneHeight + 2
    const isNamed = displayWidth(name) * letterWidth <= end - begin - 8
    const title = `<title>${svgText(`${name}, ${formatDuration(endMs - startMs)}`)}</title>`
    const box = `<rect class="span" x="${place(begin)}" y="${y}" width="${place(Math.max(1, end - begin))}" height="16" rx="3">${title}</rect>`
    return [box + (isNamed ? textAt(begin + 4, y + 12.5, name) : '')]
  })
  if (spans.length === 0) return { markup: '', bottom: top }
  const rest = hidden === 0 ? '' : textAt(frame.left, top + (lanes.count + 1) * laneHeight - 4, `${formatCount(hidden)} more spans`)
  const label = textAt(frame.left - 8, top + laneHeight - 5, 'spans', ' class="faint end"')
  return { markup: [label, ...drawn, rest].join('\n'), bottom: top + (lanes.count + (hidden === 0 ? 0 : 1)) * laneHeight }
}

/** What is below the axis of time: collections, names of marks, spans. */
export function drawLanes({ collections, marks, spans }: Plot, frame: SvgFrame, top: number): DrawnLanes {
  const first = drawCollections(collections, frame, top)
  const second = drawMarks(marks, frame, first.bottom + 4)
  const third = drawSpans(spans, frame, second.bottom + 4)
  return { markup: [first.markup, second.markup, third.markup].join('\n'), bottom: third.bottom }
}
