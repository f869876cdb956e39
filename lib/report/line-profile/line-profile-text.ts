import type { FunctionProfile, LineProfile, ProfileEnd, UninstrumentedCode } from '../../profile/index.js'
import { formatByteChange, formatBytes, formatCount } from '../../figures/index.js'
import { printable } from '../display-width.js'
import { formatDuration } from '../duration-format.js'
import { renderProse } from '../section.js'
import type { TextStyle } from '../text-style.js'
import { renderLineTable } from './line-rows.js'
import { selectFunctions } from './profile-selection.js'
import type { ProfileView } from './profile-selection.js'

const endings: Readonly<Record<ProfileEnd, string>> = {
  exit: '',
  signal: ', ended by a signal: what was seen until then',
  crash: ', crashed: what was seen until then',
  running: ', still running: what was seen so far',
}

function times(calls: number): string {
  return calls === 1 ? 'called once' : `called ${formatCount(calls)} times`
}

function renderFunction(profiled: FunctionProfile, style: TextStyle): string[] {
  const { name, file, calls, allocatedBytes, incrementBytes, peakRssBytes } = profiled
  const peak = peakRssBytes === undefined ? '' : `, peak RSS ${formatBytes(peakRssBytes)}`
  const figures = `${times(calls)}, allocated ${formatBytes(allocatedBytes)}, net ${formatByteChange(incrementBytes)}${peak}`
  return ['', `${style.bold(printable(name))}  ${style.dim(figures)}`, `Filename: ${printable(file)}`, ...renderLineTable(profiled, style)]
}

function describeThread({ pid, threadId }: LineProfile): string {
  return threadId === 0 ? `Process ${pid}` : `Process ${pid}, worker thread ${threadId}`
}

function describeRefusal({ file, name, line, reason }: UninstrumentedCode): string {
  const place = line === undefined ? file : `${file}:${line}`
  return `ran as it is, without figures: ${name === undefined ? place : `${name} (${place})`}: ${reason}`
}

function renderRemarks(profile: LineProfile, hiddenCount: number, minBytes: number, style: TextStyle): string[] {
  const left = hiddenCount === 1 ? '1 function was' : `${formatCount(hiddenCount)} functions were`
  const remarks = [
    ...(hiddenCount === 0 ? [] : [`${left} left out: below ${formatBytes(minBytes)} in every line, allocated and net.`]),
    ...profile.uninstrumented.map(describeRefusal),
    ...profile.notes,
  ]
  return remarks.flatMap((remark) => renderProse(remark, '  – ', style, style.dim))
}

function renderProfile(profile: LineProfile, view: ProfileView, style: TextStyle): string[] {
  const { shown, hiddenCount } = selectFunctions(profile, view)
  const { mode, durationMs, nodeVersion, end } = profile
  const facts = `${describeThread(profile)}, ${mode} mode, ${formatDuration(durationMs)}, Node ${nodeVersion}${endings[end]}`
  return [
    ...shown.flatMap((one) => renderFunction(one, style)),
    '',
    (end === 'exit' ? style.dim : style.warn)(facts),
    ...renderRemarks(profile, hiddenCount, view.minBytes, style),
  ]
}

/** The tables that `allocscope profile` prints. Each thread's functions come first, then how the thread was profiled, and notes. */
export function renderLineProfiles(profiles: readonly LineProfile[], view: ProfileView, style: TextStyle): string {
  return `${profiles.flatMap((profile) => renderProfile(profile, view, style)).join('\n')}\n`
}
