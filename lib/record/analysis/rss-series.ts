import type { ColumnName, Recording, Track } from '../recording.js'

/** A process's RSS over time, from whoever read it. */
export interface RssSeries {
  readonly process: number
  /** Rising; samples of the same moment may follow each other. */
  readonly timeMs: Float64Array
  readonly rssBytes: Float64Array
}

/** The tracks that were sampled at an interval. Those of collections have the times of collections. */
function sampledTracks(recording: Recording, process: number): readonly Track[] {
  return recording.tracks.filter((track) => track.process === process && track.source !== 'gc')
}

/** How many samples of all processes were taken. Of one that was sampled from outside and from inside, those of which there are more. */
export function countSamples(recording: Recording): number {
  const most = recording.processes.map((_process, number) =>
    Math.max(0, ...sampledTracks(recording, number).map(({ timeMs }) => timeMs.length)),
  )
  return most.reduce((sum, count) => sum + count, 0)
}

/** All samples of a process's RSS, from outside and from inside together, where it was known. */
export function sampledRss(recording: Recording, process: number): RssSeries {
  const tracks = sampledTracks(recording, process).filter(({ columns }) => columns.rssBytes !== undefined)
  const timeMs = new Float64Array(tracks.reduce((sum, track) => sum + track.timeMs.length, 0))
  const rssBytes = new Float64Array(timeMs.length)
  const next = tracks.map(() => 0)
  let count = 0
  for (let left = timeMs.length; left > 0; left--) {
    const earliest = indexOfEarliest(tracks, next)
    const track = tracks[earliest] as Track
    const index = next[earliest] as number
    next[earliest] = index + 1
    const bytes = track.columns.rssBytes?.[index] ?? NaN
    if (Number.isNaN(bytes)) continue
    timeMs[count] = track.timeMs[index] as number
    rssBytes[count++] = bytes
  }
  return { process, timeMs: timeMs.subarray(0, count), rssBytes: rssBytes.subarray(0, count) }
}

/**
 * When a process ran its program. Before a Node process tells of itself it loads node, and after its `exit` event it is taken down: that is no growth
 * or release of the program's.
 */
function programTimes(recording: Recording, process: number): { readonly fromMs: number; readonly toMs: number } {
  const inside = recording.tracks.find((track) => track.process === process && track.source === 'inside')
  return { fromMs: inside?.timeMs[0] ?? -Infinity, toMs: recording.processes[process]?.exitMs ?? Infinity }
}

/** {@link sampledRss} while the process ran its program. */
export function rssSeries(recording: Recording, process: number): RssSeries {
  const { timeMs, rssBytes } = sampledRss(recording, process)
  const { fromMs, toMs } = programTimes(recording, process)
  const first = timeMs.findIndex((time) => time >= fromMs)
  const begin = first === -1 ? timeMs.length : first
  const end = Math.max(begin, indexAt(timeMs, toMs) + 1)
  return { process, timeMs: timeMs.subarray(begin, end), rssBytes: rssBytes.subarray(begin, end) }
}

function indexOfEarliest(tracks: readonly Track[], next: readonly number[]): number {
  let earliest = -1
  let earliestMs = Infinity
  tracks.forEach(({ timeMs }, index) => {
    const time = timeMs[next[index] as number]
    if (time === undefined || time >= earliestMs) return
    earliest = index
    earliestMs = time
  })
  return earliest
}

/** The place of the last time that isn't after `moment`; -1 when all are. */
export function indexAt(timeMs: Float64Array, moment: number): number {
  let [low, high] = [0, timeMs.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((timeMs[middle] as number) <= moment) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** What RSS was last known to be at a moment. Undefined before the first sample. */
export function rssAt({ timeMs, rssBytes }: RssSeries, moment: number): number | undefined {
  return rssBytes[indexAt(timeMs, moment)]
}

/** A command still reads a process for so long after its own last sample that both are of the same end. */
const endingMs = 1000

/**
 * The place of a process's last sample while it was whole: of one that was recorded from inside, what is read from outside behind its own last sample is of a
 * process that the kernel is taking down. -1 without samples.
 */
export function endIndex(recording: Recording, { process, timeMs }: RssSeries): number {
  const last = timeMs.length - 1
  const inside = sampledTracks(recording, process)
    .find((track) => track.source === 'inside')
    ?.timeMs.at(-1)
  return inside === undefined || (timeMs[last] as number) - inside > endingMs ? last : indexAt(timeMs, inside)
}

/** When the last sample of a recording was taken, or a process was found to have ended. */
export function lastSampleMs({ tracks, processes }: Recording): number {
  const samples = tracks.map(({ timeMs }) => timeMs.at(-1) ?? 0)
  const ends = processes.map(({ endMs }) => endMs ?? 0)
  return [...samples, ...ends].reduce((latest, time) => Math.max(latest, time), 0)
}

/** How long a recording is, milliseconds. */
export function durationOf(recording: Recording): number {
  return recording.end?.timeMs ?? lastSampleMs(recording)
}

/** The highest known figure of a column of a process; undefined when there is none. */
export function highestOf(recording: Recording, process: number, name: ColumnName): number | undefined {
  let highest = -Infinity
  sampledTracks(recording, process).forEach(({ columns }) => {
    columns[name]?.forEach((value) => {
      if (value > highest) highest = value
    })
  })
  return highest === -Infinity ? undefined : highest
}
