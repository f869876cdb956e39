import type { ScudoStats } from '../../allocator/index.js'
import { formatBytes, formatCount } from '../../figures/index.js'
import { renderSection } from '../section.js'
import { layOutTable } from '../table.js'
import type { TextStyle } from '../text-style.js'

const largest = 16

function renderSizes({ sizes }: ScudoStats, style: TextStyle): string[] {
  if (sizes.length === 0) return []
  const shown = sizes.toSorted((one, other) => other.sizeBytes * other.blocks - one.sizeBytes * one.blocks).slice(0, largest)
  return layOutTable(
    [
      { title: 'size', align: 'right' },
      { title: 'blocks', align: 'right' },
      { title: 'in use', align: 'right' },
    ],
    shown.map(({ sizeBytes, blocks }) => [formatBytes(sizeBytes), formatCount(blocks), formatBytes(sizeBytes * blocks)]),
    style,
  )
}

/** The section that only scudo has. */
export function renderScudo(stats: ScudoStats, style: TextStyle): string[] {
  return renderSection('Blocks in use by size, those with most bytes', renderSizes(stats, style), style)
}
