import type { FunctionProfile, LineFigures, LineProfile, ProfileEnd, ProfileSeries, UninstrumentedCode } from '../../profile/index.js'
import { formatByteChange, formatBytes, formatCount } from '../../figures/index.js'
import { printable } from '../display-width.js'
import { formatDuration } from '../duration-format.js'
import { renderProse } from '../section.js'
import { layOutTable } from '../table.js'
import type { TextStyle } from '../text-style.js'
import { renderLineTable } from './line-rows.js'
import type { TotalsTable } from './page/page-state.js'
import { selectFunctions } from './profile-selection.js'
import type { ProfileView } from './profile-selection.js'
import { ProfileSums } from './profile-sums.js'
import { totalsTables } from './profile-totals.js'

const endings: Readonly<Record<ProfileEnd, string>> = {
  exit: '',
  signal: ', ended by a signal: what was seen until then',
  crash: ', crashed: what was seen until then',
  running: ', still running: what was seen so far',
}

function times(calls: number): string {
  return calls === 1 ? 'called once' : `called ${formatCount(calls)} times`
}

function renderFunction(profiled: FunctionProfile, { columns }: ProfileView, style: TextStyle): string[] {
  const { name, file, calls, allocatedBytes, incrementBytes, peakRssBytes } = profiled
  const peak = peakRssBytes === undefined ? '' : `, peak RSS ${formatBytes(peakRssBytes)}`
  const figures = `${times(calls)}, allocated ${formatBytes(allocatedBytes)}, net ${formatByteChange(incrementBytes)}${peak}`
  return [
    '',
    `${style.bold(printable(name))}  ${style.dim(figures)}`,
    `Filename: ${printable(file)}`,
    ...renderLineTable(profiled, columns, style),
  ]
}

function describeThread({ pid, threadId }: LineProfile): string {
  return threadId === 0 ? `Process ${pid}` : `Process ${pid}, worker thread ${threadId}`
}

function describeRefusal({ file, name, line, reason }: UninstrumentedCode): string {
  const place = line === undefined ? file : `${file}:${line}`
  return `ran as it is, without figures: ${name === undefined ? place : `${name} (${place})`}: ${reason}`
}

/** A statement that only lets go of something: `rows = null`, `delete cache.rows`. */
const lettingGo = /^\s*(?:[\w$.[\]'"]+\s*=\s*(?:null|undefined|void 0)\b|delete\s)/

function isInVain({ occurrences, incrementBytes, text }: LineFigures): boolean {
  return occurrences > 0 && incrementBytes >= 0 && lettingGo.test(text)
}

/** Without a collection such a line changes nothing, and a newcomer looks there for what it frees. */
function settleHint({ mode, functions }: LineProfile): readonly string[] {
  const letsGo = functions.flatMap(({ lines }) => lines).find(isInVain)
  if (mode === 'settle' || letsGo === undefined) return []
  return [`Line ${letsGo.line} lets go of something. What that frees is seen when V8 collects: --mode settle collects around each line.`]
}

function renderRemarks(profile: LineProfile, hiddenCount: number, minBytes: number, style: TextStyle): string[] {
  const left = hiddenCount === 1 ? '1 function was' : `${formatCount(hiddenCount)} functions were`
  const remarks = [
    ...(hiddenCount === 0 ? [] : [`${left} left out: below ${formatBytes(minBytes)} in every line, allocated and net.`]),
    ...profile.uninstrumented.map(describeRefusal),
    ...settleHint(profile),
    ...profile.notes,
  ]
  return remarks.flatMap((remark) => renderProse(remark, '  – ', style, style.dim))
}

function renderProfile(profile: LineProfile, view: ProfileView, style: TextStyle): string[] {
  const { shown, hiddenCount } = selectFunctions(profile, view)
  const { mode, durationMs, nodeVersion, end } = profile
  const facts = `${describeThread(profile)}, ${mode} mode, ${formatDuration(durationMs)}, Node ${nodeVersion}${endings[end]}`
  return [
    ...shown.flatMap((one) => renderFunction(one, view, style)),
    '',
    (end === 'exit' ? style.dim : style.warn)(facts),
    ...renderRemarks(profile, hiddenCount, view.minBytes, style),
  ]
}

function renderTotalsTable({ heading, columns, rows, remarks }: TotalsTable, style: TextStyle): string[] {
  const shown = columns.map(({ title, isWord }) => ({ title, align: isWord ? ('left' as const) : ('right' as const), elastic: isWord }))
  const cells = rows.map((row) => row.map(printable))
  const notes = remarks.flatMap((remark) => renderProse(remark, '  – ', style, style.dim))
  return ['', style.bold(heading), ...layOutTable(shown, cells, style), ...notes]
}

/**
 * The tables that `allocscope profile` prints, a part for each thread. Its functions come first, then how the thread was profiled, and notes. What several
 * threads add up to stands at the end, where a terminal shows it.
 */
export function* renderLineProfiles(profiles: ProfileSeries, view: ProfileView, style: TextStyle): Generator<string> {
  const sums = new ProfileSums()
  for (const profile of profiles) {
    sums.add(profile)
    yield `${renderProfile(profile, view, style).join('\n')}\n`
  }
  for (const table of totalsTables(sums.totals(), view)) yield `${renderTotalsTable(table, style).join('\n')}\n`
}
