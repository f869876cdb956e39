import { formatByteChange, formatBytes } from '../../../figures/index.js'
import { appendVisible, make } from '../../line-profile/page/elements.js'
import type { PagePart, PagePicture } from '../page-data.js'
import { areaColourOf, colourOf, isSpare } from './looks.js'
import type { Theme } from './looks.js'

type Values = readonly (number | null)[]

interface Row {
  readonly name: string
  readonly part: PagePart | undefined
  readonly isArea: boolean
  readonly values: Values
  readonly cells: readonly HTMLElement[]
}

/** The place of the highest figure between two places, both included. Undefined when none is known. */
function highestOf(values: Values, begin: number, end: number): number | undefined {
  let highest: number | undefined
  for (let place = begin; place <= end; place++) {
    const value = values[place]
    if (value === null || value === undefined) continue
    if (highest === undefined || value > (values[highest] as number)) highest = place
  }
  return highest
}

function nearest(values: Values, from: number, to: number): number | undefined {
  const step = from <= to ? 1 : -1
  for (let place = from; place !== to + step; place += step) {
    const value = values[place]
    if (value !== null && value !== undefined) return value
  }
  return undefined
}

/** The key of a picture and its figures: of the time that is shown, and at the moment that the reader points at. */
export class FiguresTable {
  readonly element: HTMLElement
  readonly #rows: readonly Row[]
  readonly #rss: Values | null
  readonly #peakIsOfSum: boolean

  constructor({ name, parts, rssBytes, lines }: PagePicture, isStacked: boolean, theme: Theme) {
    this.#rss = rssBytes
    this.#peakIsOfSum = rssBytes !== null && parts.every(({ look }) => typeof look === 'string')
    const sum = rssBytes === null ? [] : [{ name: 'RSS', part: undefined, isArea: false, values: rssBytes }]
    const rows = parts.map((part) => ({ name: part.name, part, isArea: isStacked, values: part.bytes }))
    const all = [...(isStacked ? rows.reverse() : rows), ...sum]
    const asLines = lines.map((part, index) => ({ name: part.name, part: { ...part, look: index }, isArea: false, values: part.bytes }))
    this.#rows = [...all, ...asLines].map((row) => ({ ...row, cells: Array.from({ length: 5 }, () => make('td', '')) }))
    const titles = ['', 'start', this.#peakIsOfSum ? 'at the peak' : 'peak', 'end', 'change', 'here']
    const heads = titles.map((title) => make('th', '', title))
    heads.forEach((head) => {
      head.setAttribute('scope', 'col')
    })
    const body = this.#rows.map((row) => this.#rowElement(row, theme))
    this.element = make('table', 'figures', make('thead', '', make('tr', '', ...heads)), make('tbody', '', ...body))
    this.element.setAttribute('aria-label', name)
  }

  /** Figures of the samples from `begin` to `end`, both included. */
  showRange(begin: number, end: number): void {
    const sumPeak = this.#rss === null ? undefined : highestOf(this.#rss, begin, end)
    for (const { values, cells } of this.#rows) {
      const peak = this.#peakIsOfSum ? sumPeak : highestOf(values, begin, end)
      const first = nearest(values, begin, end)
      const last = nearest(values, end, begin)
      const change = first === undefined || last === undefined ? undefined : last - first
      const peakBytes = peak === undefined ? undefined : (values[peak] ?? undefined)
      const texts = [formatBytes(first), formatBytes(peakBytes), formatBytes(last), formatByteChange(change)]
      texts.forEach((text, index) => {
        ;(cells[index] as HTMLElement).replaceChildren(text)
      })
    }
  }

  /** Figures of one sample; none when nothing is pointed at. */
  showMoment(place: number | null | undefined): void {
    for (const { values, cells } of this.#rows) {
      const value = place === null || place === undefined ? undefined : values[place]
      ;(cells[4] as HTMLElement).replaceChildren(value === undefined ? '' : formatBytes(value ?? undefined))
    }
  }

  #rowElement({ name, part, isArea, cells }: Row, theme: Theme): HTMLElement {
    const head = make('th', '')
    head.setAttribute('scope', 'row')
    if (part !== undefined) {
      const key = make('i', isArea ? (isSpare(part) ? 'spare' : '') : 'line-key')
      key.style.backgroundColor = isArea ? areaColourOf(part, theme) : colourOf(part, theme)
      head.append(key)
    }
    const text = make('bdi', '')
    appendVisible(text, name)
    head.append(text)
    return make('tr', part === undefined ? 'sum' : '', head, ...cells)
  }
}
