import { printable } from '../display-width.js'
import { escapeMarkup } from '../markup.js'
import { courseLooks, courseShade, lineColours, stackOrder } from '../owner-palette.js'
import type { Shade } from '../owner-palette.js'
import { byteTicks, timeTicks } from './axis.js'

/** Where a picture's axes are, in its own units. */
export interface SvgFrame {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
  readonly fromMs: number
  readonly toMs: number
  readonly highestBytes: number
}

/** Text as markup that is valid XML: what XML can't contain is shown by its code. */
export function svgText(text: string): string {
  return escapeMarkup(printable(text).replace(/[\ufffe\uffff]/g, '\ufffd'))
}

/** Up to a tenth of a unit. */
export function place(value: number): string {
  return String(Math.round(value * 10) / 10)
}

export function xOf(timeMs: number, { left, width, fromMs, toMs }: SvgFrame): number {
  return left + (toMs > fromMs ? ((timeMs - fromMs) / (toMs - fromMs)) * width : 0)
}

export function yOf(bytes: number, { top, height, highestBytes }: SvgFrame): number {
  return top + height * (1 - bytes / highestBytes)
}

/** An element of text. */
export function textAt(x: number, y: number, text: string, more = ''): string {
  return `<text x="${place(x)}" y="${place(y)}"${more}>${svgText(text)}</text>`
}

/** Points of a path, from left to right. */
export function pointsOf(timeMs: Float64Array, bytes: Float64Array, frame: SvgFrame): string[] {
  return Array.from(timeMs, (moment, index) => `${place(xOf(moment, frame))} ${place(yOf(bytes[index] as number, frame))}`)
}

/** Lines at round figures, and their labels. */
export function drawAxes(frame: SvgFrame): string {
  const { left, top, width, height, fromMs, toMs, highestBytes } = frame
  const rows = byteTicks(highestBytes, 5).map(({ at, label }) => {
    const y = yOf(at, frame)
    return `<path class="grid" d="M${left} ${place(y)}h${width}"/>${textAt(left - 8, y + 4, label, ' class="faint end"')}`
  })
  const columns = timeTicks(fromMs, toMs, 10).map(({ at, label }) => {
    const x = xOf(at, frame)
    return `<path class="axis" d="M${place(x)} ${top + height}v5"/>${textAt(x, top + height + 18, label, ' class="faint middle"')}`
  })
  return [...rows, `<path class="axis" d="M${left} ${top + height}h${width}"/>`, ...columns].join('\n')
}

/** Lines after the first few repeat their colours, dashed. */
export function lineClass(index: number): string {
  const dashes = Math.floor(index / lineColours.length) % 2
  return `line l${index % lineColours.length}${dashes === 0 ? '' : ' dashed'}`
}

function rulesOf(side: 0 | 1): string {
  const [paper, ink, faint, grid]: readonly Shade[] = [
    ['#ffffff', '#171b21'],
    ['#1b2027', '#e3e8ee'],
    ['#5c6773', '#93a0ae'],
    ['#e1e5ea', '#272e37'],
  ]
  const owners = stackOrder.map((owner) => `.${owner} { fill: ${courseShade(owner)[side]}; }`)
  const lines = lineColours.map((shade, index) => `.l${index} { stroke: ${shade[side]}; }`)
  return [
    `.paper { fill: ${paper?.[side]}; }`,
    `.halo { stroke: ${paper?.[side]}; }`,
    `text { fill: ${ink?.[side]}; }`,
    `.faint { fill: ${faint?.[side]}; }`,
    `.grid { stroke: ${grid?.[side]}; }`,
    `.axis, .mark, .rss, .span { stroke: ${ink?.[side]}; }`,
    `.gc { fill: ${faint?.[side]}; }`,
    ...owners,
    ...lines,
  ].join('\n')
}

/** The picture's own style sheet, for a light and a dark surrounding. */
export const svgStyle = `
text { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; font-variant-numeric: tabular-nums; }
.title { font-size: 17px; font-weight: 600; }
.end { text-anchor: end; }
.middle { text-anchor: middle; }
.bold { font-weight: 600; }
.grid, .axis, .mark, .rss, .line, .halo, .span { fill: none; }
.halo { stroke-width: 4; stroke-opacity: 0.7; stroke-linejoin: round; }
.mark { stroke-dasharray: 3 3; stroke-opacity: 0.6; }
.span { stroke-width: 1; }
.rss, .line { stroke-width: 1.5; stroke-linejoin: round; }
.dashed { stroke-dasharray: 6 3; }
${rulesOf(0)}
@media (prefers-color-scheme: dark) {
${rulesOf(1)}
}
`

export const ownerName = (owner: keyof typeof courseLooks): string => courseLooks[owner].name
