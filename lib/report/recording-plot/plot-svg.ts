import { formatByteChange, formatBytes } from '../../figures/index.js'
import type { ProcessCourse } from '../../record/index.js'
import { elideMiddle } from '../display-width.js'
import { byteTicks, formatMoment } from './axis.js'
import { keepExtremes, pick } from './decimate.js'
import { describeCollections, figuresOf, figuresOfLine, highestPlace } from './plot-figures.js'
import type { Plot, PlotLine } from './plot-model.js'
import { drawLanes } from './svg-lanes.js'
import { drawAxes, lineClass, ownerName, place, pointsOf, svgStyle, svgText, textAt } from './svg-parts.js'
import type { SvgFrame } from './svg-parts.js'

const [width, left, right, plotTop, plotHeight] = [1000, 78, 16, 84, 320]

/** Two for each unit of width: finer than any screen shows. */
const mostPoints = 2 * width

/** Room for the labels of the axis of time. */
const axisHeight = 30

/** A line of the table. */
const rowHeight = 22

/** Columns of the table's figures, where they end. */
const figureEnds = [640, 760, 880, width - right]

/** Of a line of text. The widest common letters of 13 px take some 7.5. */
const mostCharacters = 120

function drawAreas({ timeMs, rssBytes, owners }: ProcessCourse, frame: SvgFrame): string {
  const kept = keepExtremes([rssBytes, ...owners.map(({ bytes }) => bytes)], mostPoints)
  const moments = pick(timeMs, kept)
  let lower = new Float64Array(kept.length)
  const areas = owners.map(({ owner, bytes }) => {
    const own = pick(bytes, kept)
    const upper = lower.map((below, index) => below + (own[index] as number))
    const points = [...pointsOf(moments, upper, frame), ...pointsOf(moments, lower, frame).reverse()]
    lower = upper
    return `<path class="${owner}" d="M${points.join('L')}Z"><title>${svgText(ownerName(owner))}</title></path>`
  })
  return [...areas, `<path class="rss" d="M${pointsOf(moments, pick(rssBytes, kept), frame).join('L')}"/>`].join('\n')
}

function drawLine({ name, timeMs, bytes }: PlotLine, index: number, frame: SvgFrame): string {
  const kept = keepExtremes([bytes], mostPoints)
  const points = pointsOf(pick(timeMs, kept), pick(bytes, kept), frame)
  const path = `d="M${points.join('L')}"`
  return `<path class="halo" ${path}/><path class="${lineClass(index)}" ${path}><title>${svgText(name)}</title></path>`
}

interface TableRow {
  readonly swatch: string
  readonly name: string
  readonly startBytes: number
  readonly peakBytes: number
  readonly endBytes: number
  readonly isSum?: boolean
}

function drawRow({ swatch, name, startBytes, peakBytes, endBytes, isSum = false }: TableRow, y: number): string {
  const weight = isSum ? ' bold' : ''
  const figures = [formatBytes(startBytes), formatBytes(peakBytes), formatBytes(endBytes), formatByteChange(endBytes - startBytes)]
  const cells = figures.map((figure, index) => textAt(figureEnds[index] as number, y, figure, ` class="end${weight}"`))
  return [swatch, textAt(left + 22, y, elideMiddle(name, 58), ` class="${weight.trim()}"`), ...cells].join('')
}

function drawTable(plot: Plot, top: number): { readonly markup: string; readonly bottom: number } {
  const owners = plot.stack === undefined ? [] : figuresOf(plot.stack)
  const rowsOfOwners = owners.map(({ owner, ...figures }): Omit<TableRow, 'swatch'> & { readonly look: string } =>
    owner === undefined ? { ...figures, name: 'RSS', look: '', isSum: true } : { ...figures, name: ownerName(owner), look: owner },
  )
  const rowsOfLines = plot.lines.map((line, index) => ({ ...figuresOfLine(line), name: line.name, look: lineClass(index) }))
  const titles = ['start', plot.stack === undefined ? 'peak' : 'at the peak', 'end', 'change']
  const head = titles.map((title, index) => textAt(figureEnds[index] as number, top, title, ' class="faint end"'))
  const rows = [...rowsOfOwners, ...rowsOfLines].map(({ look, ...row }, index) => {
    const y = top + (index + 1) * rowHeight
    const isLine = look.startsWith('line')
    const area = `<rect class="${look}" x="${left}" y="${y - 10}" width="12" height="12" rx="2"/>`
    const swatch = look === '' ? '' : isLine ? `<path class="${look}" d="M${left} ${y - 4}h14"/>` : area
    return drawRow({ ...row, swatch }, y)
  })
  return { markup: [...head, ...rows].join('\n'), bottom: top + rows.length * rowHeight + 14 }
}

function frameOf({ fromMs, toMs, stack, lines }: Plot): SvgFrame {
  const all = [...(stack === undefined ? [] : [stack.rssBytes]), ...lines.map(({ bytes }) => bytes)]
  const highest = Math.max(...all.map((bytes) => bytes[highestPlace(bytes)] as number))
  const highestBytes = byteTicks(highest, 5).at(-1)?.at ?? highest
  return { left, top: plotTop, width: width - left - right, height: plotHeight, fromMs, toMs, highestBytes }
}

/** What the picture shows, for a reader who doesn't see it. */
function describe({ stack, stackName, lines, collections, marks }: Plot): string {
  const peak = stack === undefined ? 0 : highestPlace(stack.rssBytes)
  const owners = stack === undefined ? [] : figuresOf(stack).map((row) => `${row.owner === undefined ? 'RSS' : ownerName(row.owner)} ${formatBytes(row.startBytes)} at the start, ${formatBytes(row.peakBytes)} at the peak, ${formatBytes(row.endBytes)} at the end`) // prettier-ignore
  const others = lines.map((line) => `${line.name} ${formatBytes(figuresOfLine(line).peakBytes)} at its peak`)
  return [
    ...(stack === undefined ? [] : [`RSS of ${stackName} by owner; its peak is at ${formatMoment(stack.timeMs[peak])}`]),
    ...owners,
    ...others,
    ...(collections.length === 0 ? [] : [describeCollections(collections)]),
    ...(marks.length === 0 ? [] : [`marks: ${marks.map(({ name, timeMs }) => `${name} at ${formatMoment(timeMs)}`).join(', ')}`]),
  ].join('. ')
}

/** The plot as a picture that needs nothing else, for light and dark surroundings. */
export function renderPlotSvg(plot: Plot): string {
  const frame = frameOf(plot)
  const lanes = drawLanes(plot, frame, plotTop + plotHeight + axisHeight)
  const table = drawTable(plot, lanes.bottom + 22)
  const notes = plot.notes.map((note, index) => textAt(left, table.bottom + 8 + index * rowHeight, elideMiddle(note, mostCharacters)))
  const height = table.bottom + notes.length * rowHeight
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${place(height)}" role="img" aria-labelledby="title description">
<title id="title">${svgText(`Memory of ${plot.title}`)}</title>
<desc id="description">${svgText(describe(plot))}</desc>
<style>${svgStyle}</style>
<rect class="paper" width="${width}" height="${place(height)}"/>
${textAt(left, 28, elideMiddle(plot.title, 90), ' class="title"')}
${textAt(left, 50, elideMiddle(plot.facts, mostCharacters), ' class="faint"')}
${drawAxes(frame)}
${plot.stack === undefined ? '' : drawAreas(plot.stack, frame)}
${plot.lines.map((line, index) => drawLine(line, index, frame)).join('\n')}
${lanes.markup}
${table.markup}
${notes.join('\n')}
</svg>
`
}
