import { countSamples } from '../../lib/record/analysis/index.js'
import { courseOf } from '../../lib/record/index.js'
import type { RecordedProcess, Recording, Track } from '../../lib/record/index.js'
import type { PlottedRecording } from '../../lib/report/recording-plot/index.js'

export const mebibyte = 2 ** 20

/** Whole MiB at each sample, so that a figure of a table says its bytes exactly. */
export interface MadeProcess {
  readonly pid: number
  readonly parent?: number
  readonly command?: string
  readonly startMs?: number
  readonly endMs?: number
  readonly intervalMs: number
  readonly files: readonly number[]
  /** Without it the process was recorded from outside alone. */
  readonly heap?: readonly number[]
  readonly malloc?: readonly number[]
  readonly inUse?: readonly number[]
  readonly rss: readonly number[]
}

function inMebibytes(values: readonly number[]): Float64Array {
  return Float64Array.from(values, (value) => value * mebibyte)
}

function tracksOf(made: MadeProcess, process: number): Track[] {
  const { startMs = 0, intervalMs, files, heap, malloc, inUse, rss } = made
  const timeMs = Float64Array.from(rss, (_, index) => startMs + index * intervalMs)
  const outside: Track = { process, source: 'outside', timeMs, columns: { rssBytes: inMebibytes(rss), sharedBytes: inMebibytes(files) } }
  if (heap === undefined) return [outside]
  const inside: Track = {
    process,
    source: 'inside',
    timeMs,
    columns: {
      rssBytes: inMebibytes(rss),
      heapCommittedBytes: inMebibytes(heap),
      heapUsedBytes: inMebibytes(heap.map((value) => value / 2)),
      externalBytes: inMebibytes(heap.map(() => 3)),
      ...(malloc === undefined ? {} : { mappedBytes: inMebibytes(malloc) }),
      ...(inUse === undefined ? {} : { allocatedBytes: inMebibytes(inUse) }),
    },
  }
  return [outside, inside]
}

/** A recording as its file would have it. */
export function makeRecording(made: readonly MadeProcess[], more: Partial<Recording> = {}): PlottedRecording {
  const processes = made.map(({ pid, parent, command = 'node app.js', startMs = 0, endMs }): RecordedProcess => ({
    pid,
    parent,
    command,
    startMs,
    endMs,
    exitMs: undefined,
    node: undefined,
  }))
  const recording: Recording = {
    file: '/somewhere/run.rec',
    kind: 'recording',
    start: {
      timeMs: 1.7e12,
      allocscopeVersion: '0',
      command: ['/usr/bin/node', 'app.js'],
      pid: made[0]?.pid ?? 0,
      intervalMs: 10,
      children: true,
    },
    processes,
    marks: [],
    spans: [],
    end: undefined,
    damage: undefined,
    ...more,
    tracks: [...made.flatMap(tracksOf), ...(more.tracks ?? [])],
  }
  return { recording, samples: countSamples(recording), courses: processes.map((_, number) => courseOf(recording, number)) }
}

/** `count` values. */
export function values(count: number, of: (index: number) => number): number[] {
  return Array.from({ length: count }, (_, index) => of(index))
}

/** As {@link typicalProcess}, with figures that differ from sample to sample: of such a recording most samples have to be kept. */
export function restlessProcess(count: number, peakAt: number): MadeProcess {
  const noise = (index: number, step: number): number => ((index * step) % 4096) / 256
  const heap = values(count, (index) => 30 + noise(index, 7919))
  const inUse = values(count, (index) => (index === peakAt ? 220 : 20 + noise(index, 6101)))
  const malloc = inUse.map((bytes, index) => bytes + 10 + noise(index, 3571))
  const files = values(count, (index) => 40 + noise(index, 104_729))
  const rss = values(count, (index) => 10 + (files[index] as number) + (heap[index] as number) + (malloc[index] as number))
  return { pid: 4711, intervalMs: 10, files, heap, malloc, inUse, rss }
}

/** A program with every kind of owner, whose RSS is highest in one sample alone. */
export function typicalProcess(count: number, peakAt: number): MadeProcess {
  const at = (index: number): number => index / count
  const heap = values(count, (index) => 30 + Math.round(20 * at(index)))
  const inUse = values(count, (index) => 20 + (index === peakAt ? 200 : Math.round(30 * at(index))))
  const malloc = inUse.map((bytes) => bytes + 25)
  const rss = values(count, (index) => 40 + (heap[index] as number) + (malloc[index] as number) + 10)
  return { pid: 4711, intervalMs: 10, files: values(count, () => 40), heap, malloc, inUse, rss }
}
