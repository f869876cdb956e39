import type uPlot from 'uplot'

/** The whole time of a plot, and the part of it that is shown. */
function rangesOf(plot: uPlot): { readonly first: number; readonly last: number; readonly min: number; readonly max: number } {
  const time = plot.data[0]
  const [first, last] = [time[0] ?? 0, time.at(-1) ?? 0]
  const { min = first, max = last } = plot.scales['x'] ?? {}
  return { first, last, min, max }
}

function showWithin(plot: uPlot, min: number, max: number): void {
  const { first, last } = rangesOf(plot)
  const span = Math.min(max - min, last - first)
  const begin = Math.min(Math.max(first, min), last - span)
  plot.setScale('x', { min: begin, max: begin + span })
}

/** The moment that is pointed at, or the middle of what is shown. */
function centreOf(plot: uPlot): number {
  const { min, max } = rangesOf(plot)
  const { left } = plot.cursor
  return left === undefined || left < 0 ? (min + max) / 2 : plot.posToVal(left, 'x')
}

/** Shows a part of the time around the moment that is pointed at: half of it for 0.5, twice as much for 2. */
export function zoom(plot: uPlot, factor: number): void {
  const { min, max } = rangesOf(plot)
  const centre = centreOf(plot)
  showWithin(plot, centre - (centre - min) * factor, centre + (max - centre) * factor)
}

export function zoomOut(plot: uPlot): void {
  const { first, last } = rangesOf(plot)
  plot.setScale('x', { min: first, max: last })
}

function pan(plot: uPlot, share: number): void {
  const { min, max } = rangesOf(plot)
  showWithin(plot, min + (max - min) * share, max + (max - min) * share)
}

/** Points at the next sample that is another pixel. */
function step(plot: uPlot, direction: 1 | -1): void {
  const time = plot.data[0]
  const { min, max } = rangesOf(plot)
  const { left = -1, idx } = plot.cursor
  if (left < 0 || idx === null || idx === undefined) {
    plot.setCursor({ left: plot.valToPos(centreOf(plot), 'x'), top: 1 })
    return
  }
  const from = plot.valToPos(time[idx] as number, 'x')
  let next = idx + direction
  while (time[next + direction] !== undefined && Math.abs(plot.valToPos(time[next] as number, 'x') - from) < 1) next += direction
  const moment = time[next]
  if (moment !== undefined && moment >= min && moment <= max) plot.setCursor({ left: plot.valToPos(moment, 'x'), top: 1 })
}

const actions: Readonly<Record<string, (plot: uPlot) => void>> = {
  ArrowLeft: (plot) => {
    step(plot, -1)
  },
  ArrowRight: (plot) => {
    step(plot, 1)
  },
  'Shift+ArrowLeft': (plot) => {
    pan(plot, -0.25)
  },
  'Shift+ArrowRight': (plot) => {
    pan(plot, 0.25)
  },
  '+': (plot) => {
    zoom(plot, 0.5)
  },
  '-': (plot) => {
    zoom(plot, 2)
  },
  '0': zoomOut,
  Escape: zoomOut,
}

export function listenToPlotKeys(plot: uPlot, frame: HTMLElement): void {
  frame.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const isPan = event.shiftKey && event.key.startsWith('Arrow')
    const key = isPan ? `Shift+${event.key}` : event.key === '=' ? '+' : event.key
    const action = Object.hasOwn(actions, key) ? actions[key] : undefined
    if (action === undefined) return
    event.preventDefault()
    action(plot)
  })
}
