import type uPlot from 'uplot'

import type { PageCollections, PagePicture, PageSpan } from '../page-data.js'
import type { Theme } from './looks.js'

const laneHeight = 18

/** Spans in more lanes than this are in the table alone. */
const mostLanes = 6

/** A span and its lane. */
interface PlacedSpan {
  readonly span: PageSpan
  readonly lane: number
}

/** Each span in the first lane that is free when it begins. */
function placeSpans(spans: readonly PageSpan[]): readonly PlacedSpan[] {
  const ends: number[] = []
  return spans.flatMap((span) => {
    const free = ends.findIndex((endMs) => endMs <= span.startMs)
    const lane = free === -1 ? ends.length : free
    if (lane >= mostLanes) return []
    ends[lane] = span.endMs
    return [{ span, lane }]
  })
}

/** What lies below the axis of time: collections, names of marks, spans. */
export class PictureLanes {
  readonly #picture: PagePicture
  readonly #theme: Theme
  readonly #spans: readonly PlacedSpan[]

  constructor(picture: PagePicture, theme: Theme) {
    this.#picture = picture
    this.#theme = theme
    this.#spans = placeSpans(picture.spans)
  }

  get height(): number {
    const { collections, marks } = this.#picture
    const spanLanes = this.#spans.reduce((most, { lane }) => Math.max(most, lane + 1), 0)
    const lanes = (collections === null ? 0 : 1) + (marks.length === 0 ? 0 : 1) + spanLanes
    return lanes === 0 ? 0 : lanes * laneHeight + 6
  }

  /** Draws on uPlot's canvas, below its axes. */
  draw(plot: uPlot): void {
    const { ctx: pen } = plot
    const scale = devicePixelRatio
    pen.save()
    pen.font = `${12 * scale}px system-ui, sans-serif`
    pen.textBaseline = 'middle'
    let top = plot.ctx.canvas.height - this.height * scale
    const { collections, marks } = this.#picture
    if (collections !== null) {
      this.#label(plot, 'gc', top)
      this.#drawCollections(plot, collections, top)
      top += laneHeight * scale
    }
    if (marks.length > 0) {
      this.#label(plot, 'marks', top)
      this.#drawMarks(plot, top)
      top += laneHeight * scale
    }
    if (this.#spans.length > 0) this.#label(plot, 'spans', top)
    this.#spans.forEach((placed) => {
      this.#drawSpan(plot, placed, top)
    })
    pen.restore()
  }

  #label({ ctx: pen, bbox }: uPlot, text: string, top: number): void {
    pen.fillStyle = this.#theme.faint
    pen.textAlign = 'right'
    pen.fillText(text, bbox.left - 8 * devicePixelRatio, top + (laneHeight / 2) * devicePixelRatio)
    pen.textAlign = 'left'
  }

  /** A bar for each pixel with collections, as high as they took. */
  #drawCollections(plot: uPlot, { timeMs, totalMs }: PageCollections, top: number): void {
    const { ctx: pen, bbox } = plot
    const sums = new Map<number, number>()
    timeMs.forEach((moment, index) => {
      const x = Math.round(plot.valToPos(moment, 'x', true))
      if (x >= bbox.left && x <= bbox.left + bbox.width) sums.set(x, (sums.get(x) ?? 0) + (totalMs[index] as number))
    })
    const most = [...sums.values()].reduce((highest, sum) => Math.max(highest, sum), 0)
    const room = (laneHeight - 3) * devicePixelRatio
    pen.fillStyle = this.#theme.faint
    for (const [x, sum] of sums) {
      const height = Math.max(3 * devicePixelRatio, most === 0 ? 0 : (sum / most) * room)
      pen.fillRect(x, top + room - height, Math.max(1, devicePixelRatio), height)
    }
  }

  /** A line through the picture for each mark, and its name where there is room for it. */
  #drawMarks(plot: uPlot, top: number): void {
    const { ctx: pen, bbox } = plot
    const right = bbox.left + bbox.width
    let taken = bbox.left
    for (const { name, timeMs } of this.#picture.marks) {
      const x = plot.valToPos(timeMs, 'x', true)
      if (x < bbox.left || x > right) continue
      pen.strokeStyle = this.#theme.ink
      pen.lineWidth = devicePixelRatio
      pen.globalAlpha = 0.5
      pen.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio])
      pen.beginPath()
      pen.moveTo(x, bbox.top)
      pen.lineTo(x, bbox.top + bbox.height)
      pen.stroke()
      pen.setLineDash([])
      pen.globalAlpha = 1
      const width = pen.measureText(name).width
      const begin = Math.min(x, right - width)
      if (begin < taken) continue
      pen.fillStyle = this.#theme.ink
      pen.fillText(name, begin, top + (laneHeight / 2) * devicePixelRatio)
      taken = begin + width + 10 * devicePixelRatio
    }
  }

  #drawSpan(plot: uPlot, { span, lane }: PlacedSpan, spansTop: number): void {
    const { ctx: pen, bbox } = plot
    const scale = devicePixelRatio
    const begin = Math.max(bbox.left, plot.valToPos(span.startMs, 'x', true))
    const end = Math.min(bbox.left + bbox.width, plot.valToPos(span.endMs, 'x', true))
    if (end < begin) return
    const top = spansTop + (lane * laneHeight + 2) * scale
    pen.strokeStyle = this.#theme.ink
    pen.lineWidth = scale
    pen.strokeRect(begin, top, Math.max(scale, end - begin), (laneHeight - 4) * scale)
    if (pen.measureText(span.name).width > end - begin - 8 * scale) return
    pen.fillStyle = this.#theme.ink
    pen.fillText(span.name, begin + 4 * scale, top + ((laneHeight - 4) / 2) * scale)
  }
}
