import { formatBytes } from '../../../figures/index.js'
import { make } from '../../line-profile/page/elements.js'
import type { PageStack, PageTimes } from '../page-data.js'

const atEndAlone = { liveBlocks: 0, allocatedBytes: 0, allocations: 0, mappedBytes: 0, residentBytes: 0 }

/** What was live at a moment, as the stacks of a graph. What else is known of stacks is of the end. */
export function stacksAt({ stacks }: PageTimes, moment: number): readonly PageStack[] {
  return stacks.flatMap(({ frames, live }) => {
    const at = live.find(([place]) => place === moment)
    if (at === undefined) return []
    const [, liveBytes, liveBytesError] = at
    return [{ frames, liveBytes, liveBytesError, ...atEndAlone }]
  })
}

/** What was live at each moment, and at the end. */
function totalsOf({ momentsMs, stacks }: PageTimes, endBytes: number): readonly number[] {
  const totals = [...momentsMs.map(() => 0), endBytes]
  for (const { live } of stacks) for (const [moment, bytes] of live) totals[moment] = (totals[moment] as number) + bytes
  return totals
}

const [chartWidth, chartHeight] = [1000, 40]

function svg(tag: string, attributes: Readonly<Record<string, string>>): SVGElement {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  return element
}

/** Live bytes over time, and under them the slider that takes a moment. Its place is the time: moments needn't be equally far apart. */
export class TimeSlider {
  readonly element = make('div', 'times')
  readonly #input = make('input', '') as HTMLInputElement
  readonly #readout = make('output', 'faint')
  readonly #mark = svg('line', { y1: '0', y2: String(chartHeight), class: 'mark' })
  readonly #timesMs: readonly number[]
  readonly #labels: readonly string[]
  readonly #totals: readonly number[]
  #place: number

  /** `onMove` is told the place of the moment, which is undefined at the end. */
  constructor(
    times: PageTimes,
    endBytes: number,
    private readonly onMove: (moment: number | undefined) => void,
  ) {
    this.#timesMs = [...times.momentsMs, times.endMs]
    this.#labels = times.labels
    this.#totals = totalsOf(times, endBytes)
    this.#place = times.momentsMs.length
    Object.assign(this.#input, { type: 'range', min: '0', max: String(times.endMs), step: 'any' })
    this.#input.setAttribute('aria-label', 'Moment')
    this.#input.addEventListener('input', () => {
      this.#moveTo(this.#nearest(Number(this.#input.value)))
    })
    this.#input.addEventListener('keydown', (event) => {
      this.#step(event)
    })
    this.element.append(this.#chart(times.endMs), this.#input, this.#readout)
    this.#show()
  }

  #chart(endMs: number): SVGElement {
    const highest = Math.max(...this.#totals, 1)
    const points = this.#totals.map((total, place) => {
      const [x, y] = [((this.#timesMs[place] as number) / endMs) * chartWidth, chartHeight - (total / highest) * chartHeight]
      return `${x.toFixed(1)} ${y.toFixed(1)}`
    })
    const chart = svg('svg', { viewBox: `0 0 ${chartWidth} ${chartHeight}`, preserveAspectRatio: 'none', 'aria-hidden': 'true' })
    chart.append(svg('path', { d: `M0 ${chartHeight} L${points.join(' L')} L${chartWidth} ${chartHeight} Z` }), this.#mark)
    return chart
  }

  #nearest(timeMs: number): number {
    const off = (place: number): number => Math.abs((this.#timesMs[place] as number) - timeMs)
    return this.#timesMs.reduce((nearest, _time, place) => (off(place) < off(nearest) ? place : nearest), 0)
  }

  /** By a key from one moment to the next. */
  #step(event: KeyboardEvent): void {
    const last = this.#timesMs.length - 1
    const target = {
      ArrowLeft: this.#place - 1,
      ArrowDown: this.#place - 1,
      ArrowRight: this.#place + 1,
      ArrowUp: this.#place + 1,
      Home: 0,
      End: last,
    }[event.key]
    if (target === undefined) return
    event.preventDefault()
    this.#moveTo(Math.min(last, Math.max(0, target)))
  }

  #moveTo(place: number): void {
    const isOther = place !== this.#place
    this.#place = place
    this.#show()
    if (isOther) this.onMove(place === this.#timesMs.length - 1 ? undefined : place)
  }

  #show(): void {
    const [timeMs, total] = [this.#timesMs[this.#place] as number, this.#totals[this.#place] as number]
    const endMs = this.#timesMs.at(-1) as number
    const label = this.#labels[this.#place]
    const when = this.#place === this.#timesMs.length - 1 ? `At the end, after ${label}` : `After ${label}`
    const words = `${when}: ${formatBytes(total)} live`
    this.#input.value = String(timeMs)
    this.#input.setAttribute('aria-valuetext', words)
    this.#readout.replaceChildren(words)
    const x = String((timeMs / endMs) * chartWidth)
    this.#mark.setAttribute('x1', x)
    this.#mark.setAttribute('x2', x)
  }
}
