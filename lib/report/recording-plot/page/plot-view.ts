import uPlot from 'uplot'

import { formatBytes, formatCount } from '../../../figures/index.js'
import { formatDuration } from '../../duration-format.js'
import { make } from '../../line-profile/page/elements.js'
import { byteTicks, formatMoment, timeTicks } from '../axis.js'
import type { PagePicture } from '../page-data.js'
import { FiguresTable } from './figures-table.js'
import { PictureLanes } from './lanes.js'
import { currentTheme } from './looks.js'
import type { Theme } from './looks.js'
import { makeSeries } from './series.js'
import { listenToPlotKeys } from './zoom.js'

/** Room left of the axis, for its labels. */
const labelWidth = 74

/** A mark that is nearer to the pointer than this is named, pixels. */
const nearPixels = 6

/** A picture with its table: zoomed by dragging and by keys, with the figures of the moment that is pointed at. */
export class PlotView {
  readonly element: HTMLElement
  readonly plot: uPlot
  readonly #picture: PagePicture
  readonly #table: FiguresTable
  readonly #readout = make('output', 'readout')
  readonly #frame: HTMLElement
  readonly #watcher: ResizeObserver

  constructor(picture: PagePicture, isStacked: boolean, width: number) {
    const theme = currentTheme()
    this.#picture = picture
    this.#table = new FiguresTable(picture, isStacked, theme)
    this.#frame = make('div', 'frame')
    this.#frame.tabIndex = 0
    this.#frame.setAttribute('role', 'group')
    this.#frame.setAttribute(
      'aria-label',
      `Plot of ${picture.name}. Left and right move the moment, plus and minus zoom, 0 shows all. The figures are in the table below.`,
    )
    this.#readout.setAttribute('aria-live', 'polite')
    this.plot = this.#makePlot(isStacked, width, theme)
    this.#table.showRange(0, picture.timeMs.length - 1)
    this.#describe(undefined)
    this.element = make('div', 'plot-view', this.#frame, this.#readout, this.#table.element)
    listenToPlotKeys(this.plot, this.#frame)
    this.#watcher = new ResizeObserver(() => {
      this.#fit()
    })
    this.#watcher.observe(this.#frame)
  }

  /** Shows a time, and points at its middle. */
  show(fromMs: number, toMs: number): void {
    this.plot.setScale('x', { min: fromMs, max: toMs })
    this.pointAt((fromMs + toMs) / 2)
  }

  /** Points at a moment, and shows it when it wasn't. */
  pointAt(timeMs: number): void {
    const { min = 0, max = 0 } = this.plot.scales['x'] ?? {}
    if (timeMs < min || timeMs > max) this.plot.setScale('x', { min: this.#first, max: this.#last })
    this.plot.setCursor({ left: this.plot.valToPos(timeMs, 'x'), top: 1 })
  }

  focus(): void {
    this.#frame.focus()
    this.#frame.scrollIntoView({ block: 'nearest' })
  }

  remove(): void {
    this.#watcher.disconnect()
    this.plot.destroy()
    this.element.remove()
  }

  get #first(): number {
    return this.#picture.timeMs[0] ?? 0
  }

  get #last(): number {
    return this.#picture.timeMs.at(-1) ?? 0
  }

  #makePlot(isStacked: boolean, width: number, theme: Theme): uPlot {
    const { data, series } = makeSeries(this.#picture, isStacked, theme)
    const lanes = new PictureLanes(this.#picture, theme)
    const options: uPlot.Options = {
      width,
      height: 340 + lanes.height,
      ms: 1,
      padding: [10, 12, lanes.height, 0],
      legend: { show: false },
      cursor: { points: { show: false }, drag: { x: true, y: false } },
      scales: { x: { time: false }, y: { range: (_, _least, most) => [0, byteTicks(most, 5).at(-1)?.at ?? most] } },
      axes: axesOf(theme),
      series,
      hooks: {
        draw: [
          (plot) => {
            lanes.draw(plot)
          },
        ],
        setCursor: [
          ({ cursor }) => {
            this.#table.showMoment(cursor.idx)
            this.#describe(cursor.idx)
          },
        ],
        setScale: [
          (plot, key) => {
            if (key === 'x') this.#showRange(plot)
          },
        ],
      },
    }
    return new uPlot(options, data, this.#frame)
  }

  #fit(): void {
    const width = this.#frame.clientWidth
    if (width > 0 && width !== this.plot.width) this.plot.setSize({ width, height: this.plot.height })
  }

  #showRange(plot: uPlot): void {
    const { min, max } = plot.scales['x'] ?? {}
    const time = this.#picture.timeMs
    if (min === undefined || max === undefined) return
    const begin = time.findIndex((moment) => moment >= min)
    const end = time.findLastIndex((moment) => moment <= max)
    if (begin >= 0 && begin <= end) this.#table.showRange(begin, end)
  }

  /** A line of text on a moment. */
  #describe(place: number | null | undefined): void {
    const { timeMs, rssBytes, marks, spans, samples } = this.#picture
    const moment = place === null || place === undefined ? undefined : timeMs[place]
    if (moment === undefined) {
      const all = formatCount(samples)
      const kept = timeMs.length < samples ? `${formatCount(timeMs.length)} of ${all} samples, every extreme among them` : `${all} samples`
      this.#readout.replaceChildren(`${kept}. Point at the picture, or move with the arrow keys.`)
      return
    }
    const nearMs = this.plot.posToVal(nearPixels, 'x') - this.plot.posToVal(0, 'x')
    const named = marks.filter((mark) => Math.abs(mark.timeMs - moment) <= nearMs).map(({ name }) => name)
    const within = spans.filter(({ startMs, endMs }) => startMs <= moment && moment <= endMs).map(({ name }) => name)
    const parts = [
      formatMoment(moment),
      ...(rssBytes === null ? [] : [`RSS ${formatBytes(rssBytes[place as number])}`]),
      ...named.map((name) => `mark ${name}`),
      ...(within.length === 0 ? [] : [`in ${within.join(', ')}`]),
      ...this.#collectionsNear(moment, nearMs / 2),
    ]
    this.#readout.replaceChildren(parts.join(' · '))
  }

  #collectionsNear(moment: number, nearMs: number): readonly string[] {
    const { collections } = this.#picture
    if (collections === null) return []
    const { timeMs, counts, totalMs } = collections
    let [count, total] = [0, 0]
    timeMs.forEach((one, index) => {
      if (Math.abs(one - moment) > nearMs) return
      count += counts[index] as number
      total += totalMs[index] as number
    })
    return count === 0 ? [] : [`${formatCount(count)} gc, ${formatDuration(total)}`]
  }
}

function axesOf({ faint, grid }: Theme): uPlot.Axis[] {
  const common = {
    stroke: faint,
    font: '12px system-ui, sans-serif',
    grid: { stroke: grid, width: 1 },
    ticks: { stroke: grid, width: 1, size: 5 },
  }
  const ticksOfTime = (plot: uPlot, min: number, max: number): ReturnType<typeof timeTicks> =>
    timeTicks(min, max, Math.max(2, Math.floor((plot.width - labelWidth) / 80)))
  return [
    {
      ...common,
      size: 30,
      grid: { show: false },
      splits: (plot, _axis, min, max) => ticksOfTime(plot, min, max).map(({ at }) => at),
      values: (plot) => {
        const { min = 0, max = 0 } = plot.scales['x'] ?? {}
        return ticksOfTime(plot, min, max).map(({ label }) => label)
      },
    },
    {
      ...common,
      size: labelWidth,
      splits: (_plot, _axis, _min, max) => byteTicks(max, 5).map(({ at }) => at),
      values: (plot) => byteTicks(plot.scales['y']?.max ?? 0, 5).map(({ label }) => label),
    },
  ]
}
