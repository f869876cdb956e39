import type { RemovedRecordings } from '../../record/index.js'
import { formatBytes, formatCount } from '../../figures/index.js'
import { printable } from '../display-width.js'
import { formatDuration } from '../duration-format.js'
import { renderProse } from '../section.js'
import { layOutTable } from '../table.js'
import type { TextStyle } from '../text-style.js'
import { formatStart } from './recording-words.js'

/** A recording of a list. Without figures when it can't be read: `problem` says why. */
export interface ListedRecording {
  /** By which other commands find it: 0 the oldest. */
  readonly index: number
  readonly file: string
  readonly startMs: number
  readonly bytes: number
  readonly durationMs: number | undefined
  readonly peakRssBytes: number | undefined
  readonly processes: number | undefined
  readonly command: readonly string[]
  readonly state: 'ended' | 'no-end' | 'recording' | 'damaged' | 'unreadable'
  readonly problem: string | undefined
}

const stateWords: Readonly<Record<ListedRecording['state'], string>> = {
  ended: '',
  'no-end': 'no end',
  recording: 'recording',
  damaged: 'damaged',
  unreadable: 'unreadable',
}

const placeOf = (folder: string): string => (folder === '.' ? 'this folder' : printable(folder))

/** What `allocscope list` prints. */
export function renderRecordingList(folder: string, recordings: readonly ListedRecording[], style: TextStyle): string {
  if (recordings.length === 0) return `There is no recording in ${placeOf(folder)}.\n`
  const rows = recordings.map(({ index, file, startMs, durationMs, peakRssBytes, bytes, state, command }) => [
    String(index),
    printable(file),
    formatStart({ timeMs: startMs }),
    formatDuration(durationMs),
    formatBytes(peakRssBytes),
    formatBytes(bytes),
    stateWords[state],
    printable(command.join(' ')),
  ])
  const columns = [
    { align: 'right' as const, paint: style.dim },
    { title: 'file' },
    { title: 'began', dropRank: 2 },
    { title: 'for', align: 'right' as const },
    { title: 'peak RSS', align: 'right' as const, paint: style.accent },
    { title: 'on disk', align: 'right' as const, dropRank: 3 },
    { title: '', paint: style.warn, dropRank: 1 },
    { title: 'command', elastic: true, dropRank: 4 },
  ]
  return `${layOutTable(columns, rows, style, '').join('\n')}\n`
}

/** What `allocscope clean` prints. */
export function renderRemoved(folder: string, { removed, kept }: RemovedRecordings, dryRun: boolean, style: TextStyle): string {
  const verb = dryRun ? 'would be removed' : 'removed'
  const total = removed.reduce((sum, { bytes }) => sum + bytes, 0)
  const head =
    removed.length === 0
      ? `No recording of ${placeOf(folder)} ${dryRun ? 'would be' : 'was'} removed.`
      : `${formatCount(removed.length)} ${removed.length === 1 ? 'recording' : 'recordings'}, ${formatBytes(total)}, ${verb}:`
  const lines = [
    head,
    ...removed.map(({ file }) => `  ${printable(file)}`),
    ...kept.flatMap(({ file, reason }) => renderProse(`${file} stays: ${reason}`, '  ! ', style, style.warn)),
  ]
  return `${lines.join('\n')}\n`
}
