import { formatBytes, formatCount } from '../../figures/index.js'
import type { MappedPlace, TrackedFigures, TrackedPlace, TrackedProcess, TrackedTreeReport, TrackingReport } from '../../track/index.js'
import { printable } from '../display-width.js'
import { formatDuration } from '../duration-format.js'
import { renderFigures, renderProse, renderSection } from '../section.js'
import { layOutTable } from '../table.js'
import type { TextStyle } from '../text-style.js'
import { nativeRows } from './native-rows.js'

/** How much of a report is shown. */
export interface TrackingView {
  /** Rows of each table. */
  readonly top: number
  /** Whether V8 may have inlined functions into others, as it does unless it is told not to. */
  readonly mayBeInlined: boolean
  /** What is shown below the lines: by their names, the native functions through which they asked. */
  readonly native?: ReadonlyMap<string, readonly TrackedPlace[]> | undefined
}

/** Live bytes and how uncertain they are. */
function live({ liveBytes, liveBytesError }: Pick<TrackedFigures, 'liveBytes' | 'liveBytesError'>): readonly [string, string] {
  return [formatBytes(liveBytes), liveBytesError === 0 ? '' : `±${formatBytes(liveBytesError)}`]
}

function renderPlaces(
  title: string,
  places: readonly TrackedPlace[],
  { durationMs }: TrackingReport,
  { top, native }: Pick<TrackingView, 'top' | 'native'>,
  style: TextStyle,
): readonly string[] {
  const shown = places.filter(({ liveSamples }) => liveSamples > 0).slice(0, top)
  const perSecond = 1000 / durationMs
  const figuresOf = (place: TrackedPlace): readonly string[] => [
    ...live(place),
    formatCount(place.liveBlocks),
    `${formatBytes(place.allocatedBytes * perSecond)}/s`,
  ]
  const rows = shown.flatMap((place) => [
    [...figuresOf(place), printable(place.name)],
    ...nativeRows(place.name, native?.get(place.name) ?? [], figuresOf),
  ])
  const figures = [
    { title: 'Live', align: 'right' as const, paint: style.accent },
    { title: '', align: 'right' as const },
    { title: 'Blocks', align: 'right' as const, dropRank: 2 },
    { title: 'Allocated', align: 'right' as const, dropRank: 1 },
  ]
  const table = rows.length === 0 ? ['  nothing is live'] : layOutTable([...figures, { title: 'Where', elastic: true }], rows, style)
  return renderSection(title, table, style)
}

/** What is live by package, where one has anything. */
function renderPackages(report: TrackingReport, top: number, style: TextStyle): readonly string[] {
  const hasPackage = report.packages.some(({ name, liveSamples }) => liveSamples > 0 && !name.startsWith('('))
  return hasPackage ? renderPlaces('By package', report.packages, report, { top }, style) : []
}

/** What is live by thread, where more than one has anything. */
function renderThreads({ threads = [] }: TrackingReport, top: number, style: TextStyle): readonly string[] {
  if (threads.length < 2) return []
  const rows = threads.slice(0, top).map((thread) => {
    const name = thread.name === undefined ? '(ended)' : printable(thread.name)
    return [...live(thread), formatCount(thread.liveBlocks), String(thread.tid), name]
  })
  const right = { align: 'right' as const }
  const columns = [
    { title: 'Live', ...right, paint: style.accent },
    { title: '', ...right },
    { title: 'Blocks', ...right, dropRank: 1 },
    { title: 'Thread', ...right },
    { title: 'Name', elastic: true },
  ]
  return renderSection('By thread', layOutTable(columns, rows, style), style)
}

/** What was mapped at places, where anything is still. */
function renderMapped(title: string, places: readonly MappedPlace[], top: number, style: TextStyle): readonly string[] {
  if (places.length === 0) return []
  const rows = places.slice(0, top).map(({ residentBytes, unknownBytes, mappedBytes, ranges, name }) => {
    const unknown = unknownBytes === 0 ? '' : `+ ≤${formatBytes(unknownBytes)}`
    return [formatBytes(residentBytes), unknown, formatBytes(mappedBytes), formatCount(ranges), printable(name)]
  })
  const columns = [
    { title: 'Resident', align: 'right' as const, paint: style.accent },
    { title: '', align: 'right' as const },
    { title: 'Mapped', align: 'right' as const },
    { title: 'Ranges', align: 'right' as const, dropRank: 1 },
    { title: 'Where', elastic: true },
  ]
  return renderSection(title, layOutTable(columns, rows, style), style)
}

/** What was mapped apart from malloc. */
function renderMappings({ mappings }: TrackingReport, top: number, style: TextStyle): readonly string[] {
  if (mappings === undefined) return []
  return [
    ...renderMapped('Mapped apart from malloc, by JavaScript line', mappings.lines, top, style),
    ...renderMapped('Mapped apart from malloc, by module', mappings.modules, top, style),
  ]
}

type AnyReport = TrackingReport | TrackedTreeReport

/** Undefined where one was tracked alone. */
function processesOf(report: AnyReport): readonly TrackedProcess[] | undefined {
  return 'processes' in report ? report.processes : undefined
}

/** How much is live, and as of when. */
export function liveDetail(report: AnyReport): string {
  const { total } = report
  const processes = processesOf(report)
  const blocks = `in ${formatCount(total.liveBlocks)} blocks`
  if (processes === undefined) return `${blocks}, when tracking ended`
  const told = processes.filter(({ figures }) => figures !== undefined).length
  return `${blocks} of ${told === 1 ? '1 process' : `${formatCount(told)} processes`}, when each ended`
}

/** How often was allocated, for how long, and how much of it was sampled. */
export function allocatedDetail({ intervalBytes, durationMs, samples, total }: TrackingReport): string {
  const sampling =
    intervalBytes <= 1 ? 'every block was sampled' : `${formatCount(samples)} samples, one for ${formatBytes(intervalBytes)} on average`
  return `in ${formatCount(total.allocations)} blocks, in ${formatDuration(durationMs)}; ${sampling}`
}

/** What is live, in a line. */
export function describeLive(report: AnyReport): string {
  return `Live: ${live(report.total)
    .filter((text) => text !== '')
    .join(' ')}, ${liveDetail(report)}.`
}

/** What was allocated, in a line. */
export function describeAllocated(report: TrackingReport): string {
  return `Allocated: ${formatBytes(report.total.allocatedBytes)}, ${allocatedDetail(report)}.`
}

/** What each process has, where several were tracked. */
function renderProcesses(processes: readonly TrackedProcess[], top: number, style: TextStyle): readonly string[] {
  const told = processes.flatMap((process) => (process.figures === undefined ? [] : [{ ...process, figures: process.figures }]))
  const rows = told.slice(0, top).map(({ pid, parentPid, command, durationMs, figures }) => {
    const rate = durationMs === undefined ? '' : `${formatBytes((figures.allocatedBytes * 1000) / durationMs)}/s`
    return [...live(figures), formatCount(figures.liveBlocks), rate, String(pid), String(parentPid), printable(command)]
  })
  if (rows.length === 0) return []
  const right = { align: 'right' as const }
  const columns = [
    { title: 'Live', ...right, paint: style.accent },
    right,
    { title: 'Blocks', ...right, dropRank: 3 },
    { title: 'Allocated', ...right, dropRank: 2 },
    { title: 'Process', ...right },
    { title: 'Of', ...right, dropRank: 1 },
    { title: 'Command', elastic: true },
  ]
  const hidden = told.slice(top)
  const hiddenBytes = hidden.reduce((sum, { figures }) => sum + figures.liveBytes, 0)
  const rest = hidden.length === 0 ? [] : [`  and ${formatCount(hidden.length)} more, together ${formatBytes(hiddenBytes)}`]
  return renderSection('By process', [...layOutTable(columns, rows, style), ...rest], style)
}

/** Those that told nothing, and why. */
export function untoldProcesses(processes: readonly TrackedProcess[], top: number): readonly string[] {
  const untold = processes.filter(({ figures }) => figures === undefined)
  const hidden = untold.length - top
  const rest = hidden > 0 ? [`and ${formatCount(hidden)} more processes without a report`] : []
  return [...untold.slice(0, top).map(({ pid, command, reason }) => `without a report: process ${pid}, ${command}: ${reason}`), ...rest]
}

/** A function of node's own, or a file's top level: what of the program's was inlined there can't be told from it. */
const takesInlined = / node:\S+:\d+$|^\(top level\) /

/** How to tell them apart, where a row that is shown may be one into which others were inlined. */
function renderInliningHint({ lines }: TrackingReport, { top, mayBeInlined }: TrackingView, style: TextStyle): readonly string[] {
  const shown = lines.filter(({ liveSamples }) => liveSamples > 0).slice(0, top)
  if (!mayBeInlined || !shown.some(({ name }) => takesInlined.test(name))) return []
  const hint = 'V8 may have inlined functions of the program into those of node: and of the top level: --exact-functions keeps them apart.'
  return renderProse(hint, '  ', style, style.dim)
}

/** What a tracked process allocated, and what of it is live: by JavaScript line, by native function, by module. */
export function renderTracking(report: AnyReport, view: TrackingView, style: TextStyle): string {
  const { top } = view
  const { total, limitations } = report
  const processes = processesOf(report) ?? []
  const [liveBytes, error] = live(total)
  const lines = [
    style.bold('allocscope track: native allocations'),
    ...renderFigures(
      [
        ['live', liveBytes, `${error === '' ? '' : `${error}, `}${liveDetail(report)}`],
        ['allocated', formatBytes(total.allocatedBytes), allocatedDetail(report)],
      ],
      style,
    ),
    ...renderProcesses(processes, top, style),
    ...renderPlaces('By JavaScript line', report.lines, report, view, style),
    ...renderInliningHint(report, view, style),
    ...renderPlaces('By native function', report.functions, report, { top }, style),
    ...renderPlaces('By module', report.modules, report, { top }, style),
    ...renderPackages(report, top, style),
    ...renderThreads(report, top, style),
    ...renderMappings(report, top, style),
    ...untoldProcesses(processes, top).flatMap((text) => renderProse(text, '  – ', style, style.warn)),
    ...limitations.flatMap((limitation) => renderProse(limitation, '  – ', style, style.warn)),
  ]
  return `${lines.join('\n')}\n`
}
