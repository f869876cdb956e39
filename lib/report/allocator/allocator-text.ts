import type { AllocatorStats, MissingFigures } from '../../allocator/index.js'
import { formatBytes } from '../../figures/index.js'
import { renderFacts, renderFigures, renderProse, renderSection } from '../section.js'
import type { TextStyle } from '../text-style.js'
import { renderGlibc } from './glibc-text.js'
import { renderJemalloc } from './jemalloc-text.js'
import { renderMimalloc } from './mimalloc-text.js'
import { renderScudo } from './scudo-text.js'
import { renderTcmalloc } from './tcmalloc-text.js'

/** Which allocator is live, and the proof of it. */
export function renderProvenance(stats: Pick<AllocatorStats, 'allocator' | 'provenance'>, style: TextStyle): string[] {
  const { library, version, proof } = stats.provenance
  const name = stats.allocator === 'unknown' ? 'unknown' : stats.allocator
  return renderFacts(
    [
      ['name', name],
      ['version', version ?? '– (the library does not say)'],
      ...(library === '' ? [] : [['library', library] as const]),
      ...(proof === '' ? [] : [['proof', proof] as const]),
    ],
    style,
  )
}

/** The three figures that all allocators have in common. */
export function renderBalance(stats: AllocatorStats, style: TextStyle): string[] {
  return renderFigures(
    [
      ['mapped', formatBytes(stats.mappedBytes), 'held from the system for its heap'],
      ['allocated', formatBytes(stats.allocatedBytes), 'handed out and not freed'],
      ['retained', formatBytes(stats.retainedBytes), 'free, and kept rather than returned'],
    ],
    style,
  )
}

/** The sections that only the live allocator has. */
export function renderOwnSections(stats: AllocatorStats, style: TextStyle): string[] {
  switch (stats.allocator) {
    case 'glibc':
      return renderGlibc(stats, style)
    case 'jemalloc':
      return renderJemalloc(stats, style)
    case 'mimalloc':
      return renderMimalloc(stats, style)
    case 'tcmalloc':
      return renderTcmalloc(stats, style)
    case 'scudo':
      return renderScudo(stats, style)
    case 'tbbmalloc':
    case 'rpmalloc':
      return []
    case 'unknown':
      return renderSection('Why the allocator is unknown', renderProse(stats.reason, '  ', style), style)
  }
}

/** The figures that a reading lacks, and why: a paragraph for each reason. */
export function renderMissing(missing: readonly MissingFigures[], style: TextStyle): string[] {
  return missing.flatMap(({ fields, reason }) =>
    renderProse(`${fields.join(', ')}: ${reason}`, '– ', style, style.dim).map((line) => `  ${line}`),
  )
}
