import { formatBytes, formatCount } from '../figures/index.js'
import type { Holder } from '../holders/index.js'
import type { ReleaseCheck } from '../release/index.js'
import { printable } from './display-width.js'
import { renderProse } from './section.js'
import { layOutTable } from './table.js'
import type { TextStyle } from './text-style.js'

const mostHolders = 8

function describePlace({ allocatedAt }: Holder): string[] {
  if (allocatedAt === undefined) return []
  const { file, line, isExact } = allocatedAt
  return [`allocated ${isExact ? 'at' : 'in the function at'} ${file}:${line}`]
}

function describeHolder(holder: Holder): string[] {
  const { constructor: name = 'objects', perCall, bytesPerCall, path } = holder
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

/** Who keeps what grows: constructors whose number rises with each call, what keeps one of them, and the line that allocates them. */
export function renderKeepers({ live, holderSearch }: ReleaseCheck, style: TextStyle): string[] {
  if (holderSearch === undefined) return []
  const rows = live.flatMap(({ holders = [] }) => holders).slice(0, mostHolders)
  const isNone = rows.length === 0 && holderSearch.source !== 'none'
  const figure = { align: 'right', paint: style.accent } as const
  return [
    ...(isNone ? ['  No JavaScript object is left by each call.'] : []),
    ...layOutTable([{}, figure, figure, { elastic: true }], rows.map(describeHolder), style),
    ...renderProse(describeSearch(holderSearch), '  ', style, style.dim),
  ]
}
