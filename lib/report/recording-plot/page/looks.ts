import { courseLooks, courseShade, lineColours, ownerColours } from '../../owner-palette.js'
import type { PagePart } from '../page-data.js'

/** Colours of the page itself that a canvas needs, as the reader's system has it: light or dark. */
export interface Theme {
  readonly side: 0 | 1
  readonly ink: string
  readonly faint: string
  readonly grid: string
  readonly card: string
}

const dark = matchMedia('(prefers-color-scheme: dark)')

export function currentTheme(): Theme {
  return dark.matches
    ? { side: 1, ink: '#e3e8ee', faint: '#93a0ae', grid: '#272e37', card: '#171b21' }
    : { side: 0, ink: '#1b2027', faint: '#5c6773', grid: '#e1e5ea', card: '#ffffff' }
}

export function onThemeChange(redraw: () => void): void {
  dark.addEventListener('change', redraw)
}

export function colourOf({ look }: PagePart, { side }: Theme): string {
  if (typeof look === 'string') return courseShade(look)[side]
  return lineColours[look % lineColours.length]?.[side] ?? '#888888'
}

/** Lines after the first few repeat their colours, dashed. */
export function dashOf({ look }: PagePart): number[] | undefined {
  return typeof look === 'number' && Math.floor(look / lineColours.length) % 2 === 1 ? [6, 3] : undefined
}

/** Whether nothing is in what the part has resident. */
export function isSpare({ look }: PagePart): boolean {
  return typeof look === 'string' && courseLooks[look].spare === true
}

/** Stripes for what is resident without anything in it, as on the page of a ledger. */
function hatch(colour: string, stripe: string): CanvasPattern | string {
  const size = Math.round(8 * devicePixelRatio)
  const tile = document.createElement('canvas')
  tile.width = size
  tile.height = size
  const pen = tile.getContext('2d')
  if (pen === null) return colour
  pen.fillStyle = colour
  pen.fillRect(0, 0, size, size)
  pen.strokeStyle = stripe
  pen.lineWidth = size / 5
  pen.beginPath()
  for (const shift of [-size, 0, size]) {
    pen.moveTo(shift - 2, size + 2)
    pen.lineTo(shift + size + 2, -2)
  }
  pen.stroke()
  return pen.createPattern(tile, 'repeat') ?? colour
}

/** An opaque mixture of two colours: what lies below an area must not shine through. */
function mix(one: string, other: string, share: number): string {
  const channel = (colour: string, at: number): number => parseInt(colour.slice(at, at + 2), 16)
  const mixed = [1, 3, 5].map((at) => Math.round(channel(one, at) * share + channel(other, at) * (1 - share)))
  return `rgb(${mixed.join(', ')})`
}

/** The colour of a part's area: that of a line is too strong for one. */
export function areaColourOf(part: PagePart, theme: Theme): string {
  const colour = colourOf(part, theme)
  return typeof part.look === 'number' ? mix(colour, theme.card, 0.6) : colour
}

export function fillOf(part: PagePart, theme: Theme): CanvasPattern | string {
  const colour = areaColourOf(part, theme)
  return isSpare(part) ? hatch(colour, ownerColours.malloc.fill[theme.side]) : colour
}
