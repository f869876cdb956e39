import { RecordingWriter } from '../../lib/record/format/recording-writer.js'
import { readRecording } from '../../lib/record/index.js'
import type { ColumnName, Recording, RecordingEnd, TrackSource } from '../../lib/record/index.js'
import type { FileEvent } from '../../lib/record/format/file-events.js'

export const mebibyte = 2 ** 20

/** When the made recordings begin: 2023-11-14, 22:13:20 UTC. */
export const startTimeMs = 1.7e12

export interface MadeTrack {
  readonly process?: number
  readonly source?: TrackSource
  readonly columns?: readonly ColumnName[]
  /** The time, then a figure a column. */
  readonly rows: readonly (readonly number[])[]
}

export interface MadeRecording {
  /** Beyond the first, which has the pid 7. */
  readonly processes?: readonly { readonly pid: number; readonly startMs: number; readonly endMs?: number }[]
  readonly command?: readonly string[]
  /** Of the start: a process that doesn't run, by default. */
  readonly pid?: number
  readonly startMs?: number
  readonly tracks: readonly MadeTrack[]
  readonly events?: readonly FileEvent[]
  readonly end?: Partial<RecordingEnd> | null
}

/** The highest pid that Linux gives is 2^22. */
export const deadPid = 2 ** 22 + 1

/** Writes a recording by the recorder's own writer. */
export function makeRecording(file: string, made: MadeRecording): Recording {
  const { processes = [], command = ['node', 'app.js'], pid = deadPid, startMs = startTimeMs, tracks, events = [], end = {} } = made
  const writer = new RecordingWriter(file, { replace: true })
  writer.event({ kind: 'start', timeMs: startMs, allocscopeVersion: '0', command, pid, intervalMs: 10, children: processes.length > 0 })
  writer.event({ kind: 'process', process: 0, pid: 7, command: command.join(' '), startMs: 0 })
  processes.forEach((one, index) => {
    writer.event({ kind: 'process', process: index + 1, parent: 0, command: `child ${one.pid}`, pid: one.pid, startMs: one.startMs })
  })
  tracks.forEach(({ process = 0, source = 'outside', columns = ['rssBytes'], rows }) => {
    const track = writer.track({ process, source, columns: columns.map((name) => ({ name, unit: 1 })) })
    rows.forEach((row) => {
      writer.sample(track, [...row])
    })
    writer.flush()
  })
  events.forEach((event) => {
    writer.event(event)
  })
  processes.forEach(({ endMs }, index) => {
    if (endMs !== undefined) writer.event({ kind: 'process-end', process: index + 1, endMs })
  })
  const timeMs = Math.max(0, ...tracks.map(({ rows }) => rows.at(-1)?.[0] ?? 0))
  const whole = { timeMs, reason: 'program-ended', exitCode: 0, signal: undefined, lostSamples: 0, missedSamples: 0 } as const
  if (end !== null) writer.event({ kind: 'end', ...whole, ...end })
  writer.close()
  return readRecording(file)
}

/** A program that grows from 50 to 150 MiB and gives 40 back, with a child, marks, spans and collections. */
export function makeRichRecording(file: string): Recording {
  const rows = Array.from({ length: 300 }, (_, index) => {
    const grown = Math.min(index, 200) / 2 - (index > 200 ? 40 : 0)
    return [index * 10, (50 + grown) * mebibyte, 20 * mebibyte, index === 299 ? 170 * mebibyte : 0]
  })
  const inside = rows.map(([time = 0, rss = 0]) => [time + 1, rss, 10 * mebibyte + (rss - 50 * mebibyte) / 2, 30 * mebibyte, 12 * mebibyte])
  return makeRecording(file, {
    command: ['node', 'an app.js', 'costs $5 or $6'],
    processes: [{ pid: 9, startMs: 1000, endMs: 2000 }],
    tracks: [
      { columns: ['rssBytes', 'sharedBytes', 'peakRssBytes'], rows },
      { source: 'inside', columns: ['rssBytes', 'heapCommittedBytes', 'mappedBytes', 'allocatedBytes'], rows: inside },
      { process: 1, rows: Array.from({ length: 99 }, (_, index) => [1010 + index * 10, 30 * mebibyte]) },
      {
        source: 'gc',
        columns: ['durationMs', 'gcKind', 'collections'],
        rows: [
          [500, 2, 1, NaN],
          [900, 3, 1, 2],
          [1500, 40, 4, 1],
        ],
      },
    ],
    events: [
      { kind: 'mark', process: 0, timeMs: 1900, name: 'loaded', by: 'program' },
      { kind: 'mark', process: 0, timeMs: 100, name: 'two\nlines', by: 'recorder' },
      {
        kind: 'span',
        process: 0,
        name: 'parse all <rows>\nof $a_$b',
        startMs: 1000,
        endMs: 2500,
        startRssBytes: undefined,
        endRssBytes: undefined,
        depth: 0,
      },
      {
        kind: 'span',
        process: 0,
        name: 'parse',
        startMs: 1500,
        endMs: 2200,
        startRssBytes: 100 * mebibyte,
        endRssBytes: 110 * mebibyte,
        depth: 1,
      },
    ],
    end: { lostSamples: 3 },
  })
}
