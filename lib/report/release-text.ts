import { formatBytes } from '../figures/index.js'
import type { ReleaseReport } from '../release/index.js'
import { formatMicros } from './duration-format.js'
import { renderFigures, renderSection } from './section.js'
import type { FigureRow } from './section.js'
import type { TextStyle } from './text-style.js'

function stepRow({ step, calls, supported, reason, returnedBytes }: ReleaseReport['steps'][number]): FigureRow {
  return [step, supported ? formatBytes(returnedBytes) : '', supported ? calls : (reason ?? 'not supported')]
}

/** What a release gave back: `allocscope attach <pid> release`. */
export function renderRelease(report: ReleaseReport, subject: string, style: TextStyle): string {
  const { before, after, returnedBytes, steps, durationMs, longestStallMs } = report
  const totals: FigureRow[] = [
    ['RSS before', formatBytes(before.rssBytes)],
    ['RSS after', formatBytes(after.rssBytes)],
    ['given back', formatBytes(returnedBytes)],
  ]
  const cost = `It took ${formatMicros(durationMs * 1000)}, and stalled the event loop for ${formatMicros(longestStallMs * 1000)} at the most.`
  const lines = [
    style.dim(subject),
    ...renderSection('Memory', renderFigures(totals, style), style),
    ...renderSection('Steps', renderFigures(steps.map(stepRow), style), style),
    '',
    style.dim(cost),
  ]
  return `${lines.join('\n')}\n`
}
