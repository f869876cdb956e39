import type { MomentDifference, Pair, RecordingDifference } from '../../record/analysis/index.js'
import { formatBytes, formatCount } from '../../figures/index.js'
import { printable } from '../display-width.js'
import { formatDuration } from '../duration-format.js'
import { renderFacts, renderSection } from '../section.js'
import { layOutTable } from '../table.js'
import type { TextStyle } from '../text-style.js'
import { describeSlope } from './slope-text.js'
import { formatDurationChange, formatMoment, formatPairChange } from './recording-words.js'
import { courseLooks } from '../owner-palette.js'

/** Marks beyond these are in the JSON. */
const mostMarks = 30

function bytesRow(name: string, pair: Pair): string[] {
  return [name, formatBytes(pair.before), formatBytes(pair.after), formatPairChange(pair)]
}

function momentRows({ peakBytes, endBytes, owners }: MomentDifference): string[][] {
  const of = (moment: 'peakBytes' | 'endBytes'): string[][] =>
    owners
      .filter((owner) => (owner[moment].before ?? 0) > 0 || (owner[moment].after ?? 0) > 0)
      .map((owner) => bytesRow(`  ${courseLooks[owner.owner].name}`, owner[moment]))
  return [bytesRow('peak RSS', peakBytes), ...of('peakBytes'), bytesRow('RSS at the end', endBytes), ...of('endBytes')]
}

function columnsOf(style: TextStyle): Parameters<typeof layOutTable>[0] {
  const right = { align: 'right' as const }
  return [{}, { title: 'before', ...right }, { title: 'after', ...right }, { title: 'after - before', ...right, paint: style.accent }]
}

function markTable({ marks }: RecordingDifference, style: TextStyle): string[] {
  const right = { align: 'right' as const }
  const rows = marks
    .slice(0, mostMarks)
    .map(({ name, occurrence, timeMs, rssBytes }) => [
      printable(occurrence === 1 ? name : `${name} #${occurrence}`),
      formatMoment(timeMs.before),
      formatMoment(timeMs.after),
      formatPairChange(timeMs, formatDurationChange),
      formatBytes(rssBytes.before),
      formatBytes(rssBytes.after),
      formatPairChange(rssBytes),
    ])
  const rest = marks.length > mostMarks ? [`  and ${formatCount(marks.length - mostMarks)} more`] : []
  const columns = [
    { title: 'mark', elastic: true },
    { title: 'before', ...right, dropRank: 2 },
    { title: 'after', ...right, dropRank: 2 },
    { title: 'later by', ...right },
    { title: 'RSS before', ...right, dropRank: 1 },
    { title: 'after', ...right, dropRank: 1 },
    { title: 'more by', ...right, paint: style.accent },
  ]
  return rows.length === 0 ? [] : [...layOutTable(columns, rows, style), ...rest]
}

/** What `allocscope diff` prints. */
export function renderRecordingDiff(difference: RecordingDifference, style: TextStyle): string {
  const { beforeFile, afterFile, durationMs, processes, first, all, slope } = difference
  const rows = [
    ['duration', formatDuration(durationMs.before), formatDuration(durationMs.after), formatPairChange(durationMs, formatDurationChange)],
    ...momentRows(first),
  ]
  const areSeveral = (processes.before ?? 0) > 1 || (processes.after ?? 0) > 1
  const lines = [
    '',
    ...renderFacts(
      [
        ['before', beforeFile],
        ['after', afterFile],
      ],
      style,
    ),
    ...renderSection('The program', layOutTable(columnsOf(style), rows, style), style),
    ...renderSection('All processes together', areSeveral ? layOutTable(columnsOf(style), momentRows(all), style) : [], style),
    '',
    ...renderFacts(
      [
        ['slope before', `RSS ${describeSlope(slope.before)}`],
        ['slope after', `RSS ${describeSlope(slope.after)}`],
      ],
      style,
    ),
    ...renderSection('Marks in common', markTable(difference, style), style),
  ]
  return `${lines.join('\n')}\n`
}
