import type { ProcessPeak, RecordingPeaks, SummedPeak } from '../../record/analysis/index.js'
import type { Recording } from '../../record/index.js'
import { formatBytes, formatCount, formatShare } from '../../figures/index.js'
import { renderProse } from '../section.js'
import { layOutTable } from '../table.js'
import type { TextStyle } from '../text-style.js'
import { commandText, describeLosses, describeSurroundings, formatMoment } from './recording-words.js'
import { courseLooks } from '../owner-palette.js'

/** A recording with its peaks. */
export interface PeaksOfRecording {
  readonly recording: Pick<Recording, 'file' | 'damage' | 'end' | 'processes'>
  readonly peaks: RecordingPeaks
}

function row(name: string, pid: string, peak: ProcessPeak | SummedPeak, kernelPeakBytes: number | undefined): string[] {
  return [
    name,
    pid,
    formatBytes(peak.rssBytes),
    formatMoment(peak.timeMs),
    kernelPeakBytes === undefined ? '' : formatBytes(kernelPeakBytes),
    describeSurroundings(peak, peak.timeMs),
  ]
}

function peakTable({ processes, together }: RecordingPeaks, style: TextStyle): string[] {
  const sum =
    together === undefined || processes.length < 2
      ? []
      : [row(`together, ${formatCount(together.processes.length)} processes`, '', together, undefined)]
  const rows = [...processes.map((peak) => row(commandText(peak.command), String(peak.pid), peak, peak.kernelPeakBytes)), ...sum]
  const columns = [
    { title: 'process', elastic: true },
    { title: 'pid', align: 'right' as const, dropRank: 1 },
    { title: 'peak RSS', align: 'right' as const, paint: style.accent },
    { title: 'at', align: 'right' as const },
    { title: 'by the kernel', align: 'right' as const, dropRank: 2 },
    { title: 'where', elastic: true, dropRank: 3, paint: style.dim },
  ]
  return layOutTable(columns, rows, style)
}

function ownerRows({ processes }: RecordingPeaks, style: TextStyle): string[] {
  const [first] = processes
  if (first === undefined || first.owners.length === 0) return []
  const rows = first.owners
    .filter(({ bytes }) => bytes > 0)
    .map(({ owner, bytes }) => [courseLooks[owner].name, formatBytes(bytes), formatShare(bytes / first.rssBytes)])
  return ['', ...layOutTable([{ title: 'owners at its peak' }, { align: 'right', paint: style.accent }, { align: 'right' }], rows, style)]
}

function notes({ recording, peaks }: PeaksOfRecording): readonly string[] {
  const isMissed = peaks.processes.some(({ kernelPeakBytes }) => kernelPeakBytes !== undefined)
  const areSeveral = peaks.processes.length > 1
  return [
    ...(isMissed
      ? ['By the kernel: its own mark, VmHWM, where it is above every sample. Such a peak was between two of them, or before the first.']
      : []),
    ...(areSeveral ? ['Together is the sum at one moment; a page that several processes share counts in each.'] : []),
    ...describeLosses(recording),
  ]
}

/** What `allocscope peak` prints. */
export function renderPeaks(all: readonly PeaksOfRecording[], style: TextStyle): string {
  const lines = all.flatMap((one) => {
    const body = one.peaks.processes.length === 0 ? ['  no samples'] : [...peakTable(one.peaks, style), ...ownerRows(one.peaks, style)]
    const below = notes(one).flatMap((note) => renderProse(note, '  – ', style, style.dim))
    return ['', style.bold(commandText(one.recording.file)), ...body, ...(below.length === 0 ? [] : ['', ...below])]
  })
  return `${lines.join('\n')}\n`
}
