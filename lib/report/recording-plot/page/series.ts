import type uPlot from 'uplot'

import type { PagePart, PagePicture } from '../page-data.js'
import { colourOf, dashOf, fillOf } from './looks.js'
import type { Theme } from './looks.js'

type Values = (number | null)[]

/** The upper edges of stacked parts, the lowest part first. */
function topsOf(parts: readonly PagePart[]): Values[] {
  const tops: Values[] = []
  for (const { bytes } of parts) {
    const below = tops.at(-1)
    tops.push(bytes.map((value, index) => (value ?? 0) + (below?.[index] ?? 0)))
  }
  return tops
}

function lineSeries(part: PagePart, theme: Theme, dash: number[] | undefined): uPlot.Series {
  return { stroke: colourOf(part, theme), width: 2, ...(dash === undefined ? {} : { dash }), points: { show: false } }
}

/**
 * Draws stacked areas. Where several samples share a pixel it shows the one at which RSS was highest, and all areas show the same one: edges drawn through
 * all of them would cover the areas.
 */
function highestByPixel(rssBytes: readonly number[]): uPlot.Series.PathBuilder {
  return (plot, series, first, last) => {
    const time = plot.data[0]
    const values = plot.data[series] as Values
    const edge = new Path2D()
    const floor = plot.valToPos(0, 'y', true)
    const pixelOf = (place: number): number => Math.round(plot.valToPos(time[place] as number, 'x', true))
    const begin = pixelOf(first)
    let end = begin
    for (let place = first; place <= last;) {
      const pixel = pixelOf(place)
      let highest = place
      for (; place <= last && pixelOf(place) === pixel; place++) {
        if ((rssBytes[place] as number) > (rssBytes[highest] as number)) highest = place
      }
      const y = plot.valToPos(values[highest] ?? 0, 'y', true)
      // The first of a path moves, whatever it is called.
      edge.lineTo(pixel, y)
      end = pixel
    }
    const fill = new Path2D(edge)
    fill.lineTo(end, floor)
    fill.lineTo(begin, floor)
    fill.closePath()
    return { stroke: edge, fill, clip: null, band: null, gaps: [], flags: 1 | 2 }
  }
}

/**
 * What uPlot draws, and how: areas from the highest down, each from the axis up to its upper edge, so that the lower ones cover the higher. RSS is
 * a line over them.
 */
export function makeSeries(
  { timeMs, parts, rssBytes, lines }: PagePicture,
  isStacked: boolean,
  theme: Theme,
): { readonly data: uPlot.AlignedData; readonly series: uPlot.Series[] } {
  const time = timeMs as number[]
  const asLines = lines.map((part, index) => lineSeries({ ...part, look: index }, theme, index === 0 ? [2, 3] : [8, 3]))
  const lineData = lines.map(({ bytes }) => bytes as Values)
  if (!isStacked || rssBytes === null) {
    const data = [time, ...parts.map(({ bytes }) => bytes as Values), ...lineData] as uPlot.AlignedData
    return { data, series: [{}, ...parts.map((part) => lineSeries(part, theme, dashOf(part))), ...asLines] }
  }
  const paths = highestByPixel(rssBytes)
  const areas = parts
    .toReversed()
    .map((part): uPlot.Series => ({ paths, fill: () => fillOf(part, theme), stroke: theme.card, width: 1, points: { show: false } }))
  const edge: uPlot.Series = { paths, stroke: theme.ink, width: 1.5, points: { show: false } }
  const data = [time, ...topsOf(parts).reverse(), rssBytes as Values, ...lineData] as uPlot.AlignedData
  return { data, series: [{}, ...areas, edge, ...asLines] }
}
