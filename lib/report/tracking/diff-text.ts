import { formatByteChange, formatBytes, formatCount } from '../../figures/index.js'
import type { LiveDifference, MappedPlaceDifference, PlaceDifference, TrackingDifference } from '../../track/index.js'
import { printable } from '../display-width.js'
import { formatDuration } from '../duration-format.js'
import { renderFacts, renderProse, renderSection } from '../section.js'
import { layOutTable } from '../table.js'
import type { TableColumn } from '../table.js'
import type { TextStyle } from '../text-style.js'

/** What {@link renderTrackingDiff} is told besides the difference. */
export interface TrackingDiffView {
  readonly beforeFile: string
  readonly afterFile: string
  /** Rows of each table. */
  readonly top: number
}

function cells({ beforeBytes, afterBytes, differenceBytes, differenceBytesError }: LiveDifference): readonly string[] {
  const error = differenceBytesError === 0 ? '' : `±${formatBytes(differenceBytesError)}`
  return [formatBytes(beforeBytes), formatBytes(afterBytes), formatByteChange(differenceBytes), error]
}

const right = { align: 'right' as const }

/** Two amounts, how they differ, and by how much that is uncertain. */
function amountColumns(style: TextStyle): readonly TableColumn[] {
  return [
    { title: 'Before', ...right, dropRank: 1 },
    { title: 'After', ...right },
    { title: 'Difference', ...right, paint: style.accent },
    right,
  ]
}

/** What the rows that aren't shown come to. */
function renderHidden(differences: readonly number[]): readonly string[] {
  if (differences.length === 0) return []
  const sum = differences.reduce((total, bytes) => total + bytes, 0)
  return [`  and ${formatCount(differences.length)} more, together ${formatByteChange(sum)}`]
}

function renderPlaces(title: string, places: readonly PlaceDifference[], top: number, style: TextStyle): readonly string[] {
  const columns = [...amountColumns(style), { title: 'Where', elastic: true }]
  const rows = places.slice(0, top).map((place) => [...cells(place), printable(place.name)])
  const rest = renderHidden(places.slice(top).map(({ differenceBytes }) => differenceBytes))
  const table = rows.length === 0 ? ['  nothing is live in either'] : [...layOutTable(columns, rows, style), ...rest]
  return renderSection(title, table, style)
}

/** By how much what is resident may differ beyond what is known. */
function unknownOf({ before, after }: MappedPlaceDifference): string {
  const most = after.unknownBytes === 0 ? [] : [`+ ≤${formatBytes(after.unknownBytes)}`]
  const least = before.unknownBytes === 0 ? [] : [`- ≤${formatBytes(before.unknownBytes)}`]
  return [...most, ...least].join(' ')
}

function renderMapped(title: string, places: readonly MappedPlaceDifference[], top: number, style: TextStyle): readonly string[] {
  if (places.length === 0) return []
  const columns = [...amountColumns(style), { title: 'Mapped', ...right, dropRank: 2 }, { title: 'Where', elastic: true }]
  const rows = places.slice(0, top).map((place) => {
    const { before, after, difference } = place
    const resident = [formatBytes(before.residentBytes), formatBytes(after.residentBytes), formatByteChange(difference.residentBytes)]
    return [...resident, unknownOf(place), formatByteChange(difference.mappedBytes), printable(place.name)]
  })
  const rest = renderHidden(places.slice(top).map(({ difference }) => difference.residentBytes))
  return renderSection(title, [...layOutTable(columns, rows, style), ...rest], style)
}

function renderMappings({ mappings }: TrackingDifference, top: number, style: TextStyle): readonly string[] {
  if (mappings === undefined) return []
  return [
    ...renderMapped('Resident of what is mapped apart from malloc, by JavaScript line', mappings.lines, top, style),
    ...renderMapped('Resident of what is mapped apart from malloc, by module', mappings.modules, top, style),
  ]
}

function caveats({ intervalBytes, limitations }: TrackingDifference): readonly string[] {
  const { before, after } = intervalBytes
  return [
    ...(before === after
      ? []
      : [
          `sampled at different intervals, ${formatBytes(before)} before and ${formatBytes(after)} after: each has its own error, which ± contains`,
        ]),
    ...limitations.before.map((limitation) => `before: ${limitation}`),
    ...limitations.after.map((limitation) => `after: ${limitation}`),
  ]
}

/** What differs between two reports of what is live. */
export function renderTrackingDiff(
  difference: TrackingDifference,
  { beforeFile, afterFile, top }: TrackingDiffView,
  style: TextStyle,
): string {
  const { total, durationMs, lines, functions, modules, packages } = difference
  const [before = '', after = '', change = '', error = ''] = cells(total)
  const text = [
    style.bold('allocscope track diff: live native memory'),
    ...renderFacts(
      [
        ['before', `${before}, in ${formatCount(total.beforeBlocks)} blocks, after ${formatDuration(durationMs.before)}: ${beforeFile}`],
        ['after', `${after}, in ${formatCount(total.afterBlocks)} blocks, after ${formatDuration(durationMs.after)}: ${afterFile}`],
        ['difference', error === '' ? change : `${change} ${error}`],
      ],
      style,
    ),
    ...renderPlaces('By JavaScript line', lines, top, style),
    ...renderPlaces('By native function', functions, top, style),
    ...renderPlaces('By module', modules, top, style),
    ...(packages.some(({ name }) => !name.startsWith('(')) ? renderPlaces('By package', packages, top, style) : []),
    ...renderMappings(difference, top, style),
    ...caveats(difference).flatMap((caveat) => renderProse(caveat, '  – ', style, style.warn)),
  ]
  return `${text.join('\n')}\n`
}
