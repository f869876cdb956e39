import type { BasicSize } from '../heap/index.js'
import { formatCount, unknownFigure } from '../figures/index.js'
import { renderProse } from './section.js'
import { layOutTable } from './table.js'
import type { TextStyle } from './text-style.js'

function total(size: BasicSize): string {
  const shared = size.sharedBytes > 0 ? ` (+${formatCount(size.sharedBytes)} shared)` : ''
  const external = size.externalBytes > 0 ? ` (${formatCount(size.externalBytes)} off the heap)` : ''
  return `${formatCount(size.totalBytes)}${external}${shared}`
}

/** The table of `allocscope sizes`. */
export function renderBasicSizes(sizes: readonly BasicSize[], subject: string, sources: readonly string[], style: TextStyle): string {
  const rows = sizes.map((size) => [
    size.name,
    size.representation === 'plain' ? size.kind : size.representation,
    formatCount(size.selfBytes),
    total(size),
    size.pythonBytes === undefined ? unknownFigure : formatCount(size.pythonBytes),
    size.cplusplusBytes === undefined ? unknownFigure : formatCount(size.cplusplusBytes),
  ])
  const columns = [
    { title: 'value', elastic: true },
    { title: 'form' },
    { title: 'self', align: 'right' as const },
    { title: 'with its stores', paint: style.accent },
    { title: 'Python', align: 'right' as const },
    { title: 'C++', align: 'right' as const },
  ]
  const notes = sources.flatMap((source) => renderProse(source, '  ', style, style.dim))
  return `${[style.bold(subject), '', ...layOutTable(columns, rows, style), '', ...notes].join('\n')}\n`
}
