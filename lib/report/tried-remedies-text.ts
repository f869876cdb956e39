import { formatByteChange, formatBytes } from '../figures/index.js'
import type { TriedRemedies, TriedRemedy } from '../release/index.js'
import { printable } from './display-width.js'
import { renderProse, renderSection } from './section.js'
import { layOutTable } from './table.js'
import type { TextStyle } from './text-style.js'

function describeRuns(runs: TriedRemedy['runs']): string {
  return runs.map(({ stayedBytes }) => formatBytes(Math.max(0, stayedBytes))).join(', ')
}

function describeGain({ supported, reason = '', gainedBytes = 0, isBeyondNoise }: TriedRemedy): string {
  if (!supported) return `not tried: ${reason}`
  if (!isBeyondNoise) return `no difference beyond noise (${formatByteChange(-gainedBytes)})`
  return `${formatBytes(Math.abs(gainedBytes))} ${gainedBytes > 0 ? 'less' : 'more'} stay`
}

/** What stays under each remedy that was tried, and whether that is less beyond noise. */
export function renderTriedRemedies({ asItIs, remedies, isCutShort }: TriedRemedies, style: TextStyle): string[] {
  const figure = { align: 'right', paint: style.accent } as const
  const rows = remedies.map((tried) => [tried.remedy.name, describeRuns(tried.runs), printable(describeGain(tried))])
  const lines =
    rows.length === 0
      ? ['  Nothing: no setting changes what came back, or is still live.']
      : layOutTable([{}, figure, { elastic: true }], [['as it is', describeRuns(asItIs), ''], ...rows], style)
  const ended = isCutShort ? renderProse('It was ended before all were tried.', '  ', style, style.dim) : []
  return renderSection('Tried, each in fresh processes: what stays', [...lines, ...ended], style)
}
