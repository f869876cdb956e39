import { formatBytes, formatCount } from '../../figures/index.js'
import type {
  CourseKind,
  StayingFigures,
  StayingPlace,
  StayingPlaces,
  StayingProcess,
  TrackedTreeReport,
  TrackingReport,
} from '../../track/index.js'
import { drawCourse } from '../course-text.js'
import { printable } from '../display-width.js'
import { formatDuration } from '../duration-format.js'
import { renderFigures, renderProse, renderSection } from '../section.js'
import type { FigureRow } from '../section.js'
import { layOutTable } from '../table.js'
import type { TableColumn } from '../table.js'
import type { TextStyle } from '../text-style.js'
import { nativeRows } from './native-rows.js'
import { allocatedDetail, liveDetail, untoldProcesses } from './tracking-text.js'

/** How much of what stays is shown. */
export interface StayingView {
  /** Rows of each table. */
  readonly top: number
  /** Whether the native functions through which lines asked stand below them. */
  readonly native?: boolean
}

const courseWidth = 16

const titles: Readonly<Record<CourseKind, string>> = {
  grows: 'Grows',
  once: 'Allocated early, and kept',
  varies: 'Neither',
}

/** Nothing stands for an error of 0, where every block was sampled. */
function errorText(error: number, unit = ''): string {
  return error === 0 ? '' : `±${formatBytes(error)}${unit}`
}

const right = { align: 'right' as const }

function columnsOf(kind: CourseKind | undefined, style: TextStyle): readonly TableColumn[] {
  const rate: readonly TableColumn[] =
    kind === 'grows'
      ? [
          { title: 'Growth', ...right, paint: style.warn },
          { ...right, dropRank: 2 },
        ]
      : []
  const course: readonly TableColumn[] = kind === undefined ? [] : [{ title: 'Course', dropRank: 1, paint: style.dim }]
  return [
    { title: 'Live', ...right, paint: style.accent },
    right,
    { title: 'Blocks', ...right, dropRank: 3 },
    ...rate,
    ...course,
    { title: 'Where', elastic: true },
  ]
}

function liveCells({ liveBytes, liveBytesError, liveBlocks }: StayingFigures): readonly string[] {
  return [formatBytes(liveBytes), errorText(liveBytesError), formatCount(liveBlocks)]
}

/** A place's row, and those of the native functions below it. */
function rowsOf(place: StayingPlace, isNative: boolean): readonly (readonly string[])[] {
  const { course, growthBytesPerSecond: rate, growthBytesPerSecondError: error } = place
  const growth = rate === undefined ? [] : [`${formatBytes(rate)}/s`, errorText(error ?? 0, '/s')]
  const drawn = course === undefined ? [] : [drawCourse([0, ...place.liveBytesAtMoments], courseWidth)]
  const others = [...growth, ...drawn]
  const ways = isNative ? place.native : []
  const below = nativeRows(place.name, ways, (way) => [...liveCells(way), ...others.map(() => '')])
  return [[...liveCells(place), ...others, printable(place.name)], ...below]
}

function renderPlaces(
  places: readonly StayingPlace[],
  kind: CourseKind | undefined,
  { top, native = false }: StayingView,
  style: TextStyle,
): readonly string[] {
  const rows = places.slice(0, top).flatMap((place) => rowsOf(place, native))
  const hidden = places.slice(top)
  const hiddenBytes = hidden.reduce((sum, { liveBytes }) => sum + liveBytes, 0)
  const rest = hidden.length === 0 ? [] : [`  and ${formatCount(hidden.length)} more, together ${formatBytes(hiddenBytes)}`]
  return [...layOutTable(columnsOf(kind, style), rows, style), ...rest]
}

/** The places of one kind, with what makes them so. */
function renderKind(staying: StayingPlaces, kind: CourseKind, view: StayingView, style: TextStyle): readonly string[] {
  const places = staying.lines.filter(({ course }) => course === kind)
  const rule = renderProse(staying.rules[kind], '  ', style, style.dim)
  if (places.length > 0) return renderSection(titles[kind], [...rule, ...renderPlaces(places, kind, view, style)], style)
  return kind === 'grows' ? renderSection(titles[kind], [...rule, '  no place that was sampled does'], style) : []
}

function renderLines(staying: StayingPlaces, view: StayingView, style: TextStyle): readonly string[] {
  const { lines, coursesReason: reason } = staying
  if (reason === undefined) return (['grows', 'once', 'varies'] as const).flatMap((kind) => renderKind(staying, kind, view, style))
  const places = lines.length === 0 ? ['  nothing is live'] : renderPlaces(lines, undefined, view, style)
  return [...renderSection('By JavaScript line', places, style), ...renderProse(reason, '  – ', style, style.warn)]
}

/** What is mapped apart from malloc at the end, and how that came. */
function mappedRow({ mappings }: TrackingReport, { mappedBytesAtMoments }: StayingPlaces): readonly FigureRow[] {
  if (mappings === undefined) return []
  const { mappedBytes, residentBytes, unknownBytes, ranges } = mappings.total
  const unknown = unknownBytes === 0 ? '' : ` + ≤${formatBytes(unknownBytes)}`
  const course = drawCourse([0, ...mappedBytesAtMoments], courseWidth)
  const detail = `apart from malloc, in ${formatCount(ranges)} ${ranges === 1 ? 'range' : 'ranges'}, ${formatBytes(residentBytes)}${unknown} of it resident`
  return [['mapped', formatBytes(mappedBytes), `${detail}  ${course}`]]
}

/** What is live and was allocated in all. */
function renderHead(report: TrackingReport, mapped: readonly FigureRow[], style: TextStyle): readonly string[] {
  const { total } = report
  const error = errorText(total.liveBytesError)
  const rows: readonly FigureRow[] = [
    ['live', formatBytes(total.liveBytes), `${error === '' ? '' : `${error}, `}${liveDetail(report)}`],
    ['allocated', formatBytes(total.allocatedBytes), allocatedDetail(report)],
    ...mapped,
  ]
  return [style.bold('allocscope track: native memory that stays'), ...renderFigures(rows, style)]
}

function renderLimitations({ limitations }: TrackingReport, style: TextStyle): readonly string[] {
  return limitations.flatMap((limitation) => renderProse(limitation, '  – ', style, style.warn))
}

/** What stays of each of several processes, those that hold most first: each by its own time, from its beginning to its end. */
export function renderStayingProcesses(
  report: TrackedTreeReport,
  staying: readonly StayingProcess[],
  view: StayingView,
  style: TextStyle,
): string {
  const told = report.processes.flatMap((process) => {
    const own = staying.find(({ pid }) => pid === process.pid)
    return own === undefined || process.figures === undefined ? [] : [{ ...process, figures: process.figures, own }]
  })
  const sections = told.slice(0, view.top).flatMap(({ pid, command, durationMs = 0, figures, own }) => {
    const error = errorText(figures.liveBytesError)
    const live = `${formatBytes(figures.liveBytes)}${error === '' ? '' : ` ${error}`} live when it ended, after ${formatDuration(durationMs)}`
    return ['', style.bold(`Process ${pid}, ${printable(command)}: ${live}`), ...renderLines(own, view, style)]
  })
  const hidden = told.slice(view.top)
  const hiddenBytes = hidden.reduce((sum, { figures }) => sum + figures.liveBytes, 0)
  const rest = hidden.length === 0 ? [] : ['', `and ${formatCount(hidden.length)} more processes, together ${formatBytes(hiddenBytes)}`]
  const untold = untoldProcesses(report.processes, view.top).flatMap((text) => renderProse(text, '  – ', style, style.warn))
  return `${[...renderHead(report, [], style), ...sections, ...rest, ...untold, ...renderLimitations(report, style)].join('\n')}\n`
}

/** What stays of what a process allocated: by JavaScript line, what grows apart from what was allocated once. */
export function renderStaying(report: TrackingReport, staying: StayingPlaces, view: StayingView, style: TextStyle): string {
  const lines = [
    ...renderHead(report, mappedRow(report, staying), style),
    ...renderLines(staying, view, style),
    ...renderLimitations(report, style),
  ]
  return `${lines.join('\n')}\n`
}
