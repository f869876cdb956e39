import { formatBytes, formatCount } from '../figures/index.js'
import type { Holder } from '../holders/index.js'
import type { ReleaseCheck } from '../release/index.js'
import { displayWidth, printable } from './display-width.js'
import { renderProse } from './section.js'
import { layOutTable } from './table.js'
import { plainStyle } from './text-style.js'
import type { TextStyle } from './text-style.js'

const mostHolders = 8

function describePlace({ allocatedAt }: Holder): string[] {
  if (allocatedAt === undefined) return []
  const { file, line, isExact } = allocatedAt
  return [`allocated ${isExact ? 'at' : 'in the function at'} ${file}:${line}`]
}

function describeHolder(holder: Holder): string[] {
  const { constructor: objects = 'objects', perCall, bytesPerCall, path, allocatedBy } = holder
  const name =
    allocatedBy === undefined
      ? objects
      : `${allocatedBy.functionName === '' ? '(no symbol)' : allocatedBy.functionName} [${allocatedBy.module}]`
  const kept = [...(path === undefined ? [] : [`kept by ${path}`]), ...describePlace(holder)]
  const number = perCall === undefined ? '' : `+${Number(perCall.toFixed(2))} a call`
  return [printable(name), number, `${formatBytes(bytesPerCall)} a call`, printable(kept.join(', '))]
}

function describeSearch({ source, reason = '', calls }: NonNullable<ReleaseCheck['holderSearch']>): string {
  switch (source) {
    case 'snapshots':
      return `Between two heap snapshots, ${formatCount(calls)} calls apart.`
    case 'sampler':
      return `By V8's sampling profiler alone: ${reason}.`
    case 'none':
      return `It couldn't be looked for: ${reason}.`
  }
}

function describeNativeSearch({ calls, limitations }: NonNullable<ReleaseCheck['nativeSearch']>, isFound: boolean): string {
  const made = isFound
    ? `Native blocks: the bytes that were asked for, by ${formatCount(calls)} calls with all of them tracked.`
    : `No line's native blocks grew evenly in ${formatCount(calls)} calls with all of them tracked.`
  if (calls === 0) return `Who asked for native memory isn't known: ${limitations.join('; ')}.`
  return [made, ...limitations.map((limitation) => `${limitation}.`)].join(' ')
}

/** What keeps them stands beside their figures where the screen has room for all of it, and otherwise below: it is what was asked for, and isn't cut. */
function layOutHolders(holders: readonly Holder[], style: TextStyle): string[] {
  const cells = holders.map(describeHolder)
  const figure = { align: 'right', paint: style.accent } as const
  const widest = Math.max(0, ...layOutTable([{}, figure, figure, {}], cells, plainStyle).map(displayWidth))
  if (widest <= style.width) return layOutTable([{}, figure, figure, {}], cells, style)
  const columns = [{ elastic: true }, figure, figure]
  const lines = layOutTable(
    columns,
    cells.map((row) => row.slice(0, columns.length)),
    style,
  )
  return lines.flatMap((line, row) => [line, ...renderProse(cells[row]?.at(-1) ?? '', '      ', style)])
}

/** Who keeps what grows: constructors whose number rises with each call, what keeps one of them, and the line that allocates them. */
export function renderKeepers({ live, holderSearch, nativeSearch }: ReleaseCheck, style: TextStyle): string[] {
  if (holderSearch === undefined) return []
  const found = live.flatMap(({ holders = [] }) => holders)
  const objects = found.filter(({ allocatedBy }) => allocatedBy === undefined)
  const blocks = found.filter(({ allocatedBy }) => allocatedBy !== undefined)
  const rows = [...objects.slice(0, mostHolders), ...blocks.slice(0, mostHolders)]
  const isNone = objects.length === 0 && holderSearch.source !== 'none'
  return [
    ...(isNone ? ['  No JavaScript object is left by each call.'] : []),
    ...layOutHolders(rows, style),
    ...renderProse(describeSearch(holderSearch), '  ', style, style.dim),
    ...(nativeSearch === undefined ? [] : renderProse(describeNativeSearch(nativeSearch, blocks.length > 0), '  ', style, style.dim)),
  ]
}
