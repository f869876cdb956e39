import type { OwnerMoments, ProcessOverview, RecordingOverview } from '../../record/analysis/index.js'
import type { FlightVerdict } from '../../record/index.js'
import { formatByteChange, formatBytes, formatCount } from '../../figures/index.js'
import { printable } from '../display-width.js'
import { formatDuration } from '../duration-format.js'
import { renderFacts, renderProse, renderSection } from '../section.js'
import { layOutTable } from '../table.js'
import type { TextStyle } from '../text-style.js'
import { nameWithThread } from '../thread-name.js'
import { flightText } from './flight-text.js'
import { commandText, describeEnd, describeLosses, describeSurroundings, formatMoment, formatStart } from './recording-words.js'
import { courseLooks } from '../owner-palette.js'
import { describeSlope } from './slope-text.js'

/** Rows of a table beyond these are in the JSON. */
const mostRows = 20

const right = { align: 'right' as const }

function growthOf({ startBytes, endBytes }: OwnerMoments): number {
  return (endBytes ?? NaN) - (startBytes ?? NaN)
}

/** What grew most, in words. */
function whatGrew({ owners, startRssBytes = 0, endRssBytes = 0 }: ProcessOverview): string {
  if (endRssBytes <= startRssBytes) return ''
  const [most, ...next] = owners.filter((owner) => growthOf(owner) > 0).sort((one, other) => growthOf(other) - growthOf(one))
  if (most === undefined) return ''
  const words = (owner: OwnerMoments): string => `${courseLooks[owner.owner].name} (${formatByteChange(growthOf(owner))})`
  const [second] = next
  return `What grew most is ${words(most)}${second === undefined ? '' : `, then ${words(second)}`}. `
}

/** What a recording tells, in a paragraph. */
export function describeRecording(overview: RecordingOverview): string {
  const [program] = overview.processes
  const end = describeEnd(overview)
  const ending = `${end.charAt(0).toUpperCase()}${end.slice(1)}.`
  if (program?.peak === undefined) return `There is no sample. ${ending}`
  const { peak, startRssBytes, endRssBytes } = program
  const near = describeSurroundings(peak, peak.timeMs)
  const missed =
    peak.kernelPeakBytes === undefined ? '' : ` (${formatBytes(peak.kernelPeakBytes)} between samples, by the kernel's own mark)`
  return (
    `RSS went from ${formatBytes(startRssBytes)} to ${formatBytes(endRssBytes)} in ${formatDuration(overview.durationMs)}, and was highest ` +
    `at ${formatMoment(peak.timeMs)}${near === '' ? '' : `, ${near},`} with ${formatBytes(peak.rssBytes)}${missed}. ` +
    `${whatGrew(program)}${ending}`
  )
}

function factsOf({ start, processes, durationMs, samples }: RecordingOverview): (readonly [string, string])[] {
  const [program] = processes
  const { node } = program ?? {}
  const { containerBytes, heapBytes } = node?.limits ?? {}
  const limits = [
    ...(containerBytes === undefined ? [] : [`${formatBytes(containerBytes)} of the control group`]),
    ...(heapBytes === undefined ? [] : [`${formatBytes(heapBytes)} of V8's heap`]),
  ]
  return [
    ['began', `${formatStart(start)}, by allocscope ${start.allocscopeVersion}`],
    ['samples', `${formatCount(samples)} in ${formatDuration(durationMs)}, one every ${formatDuration(start.intervalMs)}`],
    ...(node === undefined ? [] : [['program', `Node ${node.nodeVersion}, ${node.allocator}`] as const]),
    ...(limits.length === 0 ? [] : [['limits', limits.join(', ')] as const]),
    ...(program === undefined ? [] : [['slope', `RSS ${describeSlope(program.slope)}`] as const]),
  ]
}

/** The owners of the program. */
function ownerTable({ processes: [program] }: RecordingOverview, style: TextStyle): string[] {
  if (program?.peak === undefined) return []
  const row = (name: string, startBytes: number | undefined, peakBytes: number | undefined, endBytes: number | undefined): string[] => {
    const change = startBytes === undefined || endBytes === undefined ? undefined : endBytes - startBytes
    return [name, formatBytes(startBytes), formatBytes(peakBytes), formatBytes(endBytes), formatByteChange(change)]
  }
  const rows = [
    row('RSS', program.startRssBytes, program.peak.rssBytes, program.endRssBytes),
    ...program.owners.map(({ owner, startBytes, peakBytes, endBytes }) => row(courseLooks[owner].name, startBytes, peakBytes, endBytes)),
  ]
  const columns = [
    {},
    { title: 'start', ...right, dropRank: 1 },
    { title: 'peak', ...right, paint: style.accent },
    { title: 'end', ...right, paint: style.accent },
    { title: 'end - start', ...right, dropRank: 2 },
  ]
  return layOutTable(columns, rows, style)
}

/** At most {@link mostRows} rows, and how many there are beyond. */
function cut(columns: Parameters<typeof layOutTable>[0], rows: readonly (readonly string[])[], style: TextStyle): string[] {
  const rest = rows.length - mostRows
  return rows.length === 0
    ? []
    : [...layOutTable(columns, rows.slice(0, mostRows), style), ...(rest > 0 ? [`  and ${formatCount(rest)} more`] : [])]
}

function processTable({ processes, together }: RecordingOverview, style: TextStyle): string[] {
  if (processes.length < 2) return []
  const rows = processes.map(({ command, pid, startMs, endMs, peak, endRssBytes }) => [
    commandText(command),
    String(pid),
    formatMoment(startMs),
    formatMoment(endMs),
    formatBytes(peak?.rssBytes),
    formatBytes(endRssBytes),
  ])
  const columns = [
    { title: 'process', elastic: true },
    { title: 'pid', ...right },
    { title: 'from', ...right, dropRank: 2 },
    { title: 'to', ...right, dropRank: 2 },
    { title: 'peak', ...right, paint: style.accent },
    { title: 'last', ...right, dropRank: 1 },
  ]
  const sum =
    together === undefined
      ? []
      : renderProse(
          `Together they had most at ${formatMoment(together.timeMs)}: ${formatBytes(together.rssBytes)} in ${formatCount(together.processes.length)} ` +
            'processes. A page that several share counts in each.',
          '  ',
          style,
        )
  return [...cut(columns, rows, style), ...sum]
}

function spanTable({ spans }: RecordingOverview, style: TextStyle): string[] {
  const size = (bytes: number | undefined): number => Math.abs(bytes ?? 0)
  const rows = [...spans]
    .sort((one, other) => size(other.rssChangeBytes) - size(one.rssChangeBytes))
    .map(({ name, count, totalMs, longestMs, rssChangeBytes }) => [
      printable(name),
      formatCount(count),
      formatDuration(totalMs),
      formatDuration(longestMs),
      formatByteChange(rssChangeBytes),
    ])
  const columns = [
    { title: 'span', elastic: true },
    { title: 'times', ...right },
    { title: 'in all', ...right },
    { title: 'longest', ...right, dropRank: 1 },
    { title: 'RSS', ...right, paint: style.accent },
  ]
  return cut(columns, rows, style)
}

function gcTable({ gc, processes }: RecordingOverview, style: TextStyle): string[] {
  const rows = gc.map(({ process, kind, count, totalMs, longestMs }) => [
    kind,
    processes.length > 1 ? String(processes[process]?.pid ?? '') : '',
    formatCount(count),
    formatDuration(totalMs),
    formatDuration(longestMs),
  ])
  const columns = [
    { title: 'collection' },
    { title: processes.length > 1 ? 'pid' : '', ...right },
    { title: 'times', ...right },
    { title: 'in all', ...right, paint: style.accent },
    { title: 'longest', ...right },
  ]
  return cut(columns, rows, style)
}

function markTable({ marks }: RecordingOverview, style: TextStyle): string[] {
  const rows = marks.map((mark) => [
    formatMoment(mark.timeMs),
    formatBytes(mark.rssBytes),
    printable(nameWithThread(mark)),
    mark.by === 'recorder' ? 'seen by the recorder' : '',
  ])
  const columns = [
    { title: 'at', ...right },
    { title: 'RSS', ...right, paint: style.accent },
    { title: 'mark', elastic: true },
    { title: '', paint: style.dim, dropRank: 1 },
  ]
  return cut(columns, rows, style)
}

/** The first paragraph. What a flight recorder kept is told by how it ended. */
function leadOf(overview: RecordingOverview, flight: FlightVerdict | undefined, style: TextStyle): string[] {
  if (flight === undefined) return renderProse(describeRecording(overview), '  ', style, style.bold)
  const [first = '', ...rest] = flightText(flight)
  return [...renderProse(first, '  ', style, style.bold), '', ...rest.flatMap((line) => renderProse(line, '  ', style))]
}

/** What `allocscope report` prints; of a flight recording with what its end tells. */
export function renderRecording(overview: RecordingOverview, style: TextStyle, flight?: FlightVerdict): string {
  const command = commandText(overview.start.command.join(' '))
  const losses = describeLosses(overview)
  const lines = [
    '',
    `${style.bold(commandText(overview.file))}  ${style.dim(`${command}, pid ${overview.start.pid}`)}`,
    '',
    ...leadOf(overview, flight, style),
    ...losses.flatMap((loss) => renderProse(loss, '  ! ', style, style.warn)),
    '',
    ...renderFacts(factsOf(overview), style),
    ...renderSection('Memory of the program', ownerTable(overview, style), style),
    ...renderSection('Processes', processTable(overview, style), style),
    ...renderSection('Spans', spanTable(overview, style), style),
    ...renderSection('Garbage collections', gcTable(overview, style), style),
    ...renderSection('Marks', markTable(overview, style), style),
  ]
  return `${lines.join('\n')}\n`
}
