import { formatBytes, formatCount, formatShare } from '../../figures/index.js'
import type { LedgerEntry, LedgerOwner } from '../../ledger/index.js'
import { printable } from '../display-width.js'
import { escapeMarkup } from '../markup.js'
import { classOf, ownerLooks, sumResident } from './ledger-owners.js'
import type { OwnerShare } from './ledger-owners.js'
import { layOutTreemap } from './treemap.js'
import type { Box } from './treemap.js'

/** A rectangle of the map. */
interface Tile {
  readonly name: string
  readonly residentBytes: number
  readonly isSpare: boolean
}

/** A picture, and the rules of its rectangles. A page's policy forbids styles at elements, so they are in its style sheet. */
export interface LedgerMap {
  readonly markup: string
  readonly rules: string
}

/** Parts smaller than this share of their whole are one rectangle. */
const smallestShare = 0.004

/** Sizes that rectangles are made square for. On screen the map stretches with the window. */
const wide: Box = { left: 0, top: 0, width: 1240, height: 440 }
const narrow: Box = { left: 0, top: 0, width: 340, height: 480 }

/** Windows up to this width have the map's narrow form. */
export const narrowWindow = '(max-width: 640px)'

/** A file by its last name: the table has the whole path. */
function tileName({ owner, detail }: LedgerEntry): string {
  return owner === 'file' ? detail.slice(detail.lastIndexOf('/') + 1) : detail
}

/** An entry's rectangles: two where it is known how much of it objects fill. */
function tilesOf(entry: LedgerEntry): readonly Tile[] {
  const { residentBytes, usedBytes } = entry
  const name = tileName(entry)
  if (usedBytes === undefined || usedBytes >= residentBytes) return [{ name, residentBytes, isSpare: false }]
  return [
    { name: `${name}, objects`, residentBytes: usedBytes, isSpare: false },
    { name: `${name}, free`, residentBytes: residentBytes - usedBytes, isSpare: true },
  ]
}

function foldSmall(tiles: readonly Tile[], smallestBytes: number): readonly Tile[] {
  const sorted = [...tiles].sort((one, other) => other.residentBytes - one.residentBytes)
  const [large, small] = [
    sorted.filter(({ residentBytes }) => residentBytes >= smallestBytes),
    sorted.filter(({ residentBytes }) => residentBytes < smallestBytes && residentBytes > 0),
  ]
  if (small.length < 2) return [...large, ...small]
  const rest: Tile = { name: `${formatCount(small.length)} smaller`, residentBytes: sumResident(small), isSpare: false }
  return [...large, rest].sort((one, other) => other.residentBytes - one.residentBytes)
}

/** Writes rectangles with the rules that place them, in either form of the map. */
class MapWriter {
  readonly #name: string
  readonly #rules: string[] = []
  readonly #narrowRules: string[] = []
  #made = 0

  constructor(name: string) {
    this.#name = name
  }

  get rules(): string {
    return `${this.#rules.join('\n')}\n@media ${narrowWindow} {\n${this.#narrowRules.join('\n')}\n}\n`
  }

  /** Answers with a class for each rectangle, and with its shape in the wide and in the narrow form. */
  place(sizes: readonly number[], wideBox: Box, narrowBox: Box): readonly { readonly name: string; readonly boxes: readonly [Box, Box] }[] {
    const [wides, narrows] = [layOutTreemap(sizes, wideBox), layOutTreemap(sizes, narrowBox)]
    return sizes.map((_, index) => {
      const name = `${this.#name}-${(this.#made += 1)}`
      const boxes = [wides[index], narrows[index]] as [Box, Box]
      this.#rules.push(`.${name} { ${placeIn(boxes[0], wideBox)} }`)
      this.#narrowRules.push(`.${name} { ${placeIn(boxes[1], narrowBox)} }`)
      return { name, boxes }
    })
  }
}

function placeIn({ left, top, width, height }: Box, whole: Box): string {
  const percent = (part: number, of: number): string => `${Number(((part / of) * 100).toFixed(3))}%`
  const [x, y] = [percent(left, whole.width), percent(top, whole.height)]
  return `left: ${x}; top: ${y}; width: ${percent(width, whole.width)}; height: ${percent(height, whole.height)}`
}

function label(name: string, residentBytes: number): string {
  return `<span class="label"><bdi>${escapeMarkup(printable(name))}</bdi><b>${formatBytes(residentBytes)}</b></span>`
}

function drawOwner(owner: LedgerOwner, tiles: readonly Tile[], place: string, boxes: readonly [Box, Box], writer: MapWriter): string {
  const total = sumResident(tiles)
  const shapes = boxes.map(({ width, height }) => ({ left: 0, top: 0, width, height })) as [Box, Box]
  const places = writer.place(
    tiles.map(({ residentBytes }) => residentBytes),
    ...shapes,
  )
  const parts = tiles.map(({ name, residentBytes, isSpare }, index) => {
    const words = escapeMarkup(printable(`${ownerLooks[owner].name}: ${name}, ${formatBytes(residentBytes)}`))
    return `<div class="tile ${classOf(owner, isSpare)} ${places[index]?.name ?? ''}" title="${words}">${label(name, residentBytes)}</div>`
  })
  return (
    `<div class="owner ${place}"><div class="frame ${classOf(owner)}">${label(ownerLooks[owner].name, total)}` +
    `<div class="parts">${parts.join('')}</div></div></div>`
  )
}

/** A treemap of the owners, each with its entries within it. `name` begins its classes. */
export function drawLedgerMap(shares: readonly OwnerShare[], rssBytes: number, name: string): LedgerMap {
  if (shares.length === 0) return { markup: '', rules: '' }
  const writer = new MapWriter(name)
  const places = writer.place(
    shares.map(({ residentBytes }) => residentBytes),
    wide,
    narrow,
  )
  const owners = shares.map(({ owner, entries }, index) => {
    const { name: place, boxes } = places[index] as (typeof places)[number]
    return drawOwner(owner, foldSmall(entries.flatMap(tilesOf), rssBytes * smallestShare), place, boxes, writer)
  })
  const words = shares.map(
    ({ owner, residentBytes }) => `${ownerLooks[owner].name} ${formatBytes(residentBytes)}, ${formatShare(residentBytes / rssBytes)}`,
  )
  return {
    markup: `<div class="map" role="img" aria-label="${escapeMarkup(words.join('; '))}">${owners.join('\n')}</div>`,
    rules: writer.rules,
  }
}
