import { footprintReader, rowPlace } from '../sampling/index.js'
import type { RowLayout } from '../sampling/index.js'
import type { RecordingWriter } from './format/recording-writer.js'
import type { RecordReader } from './record-channel.js'
import { publishedColumns } from './record-channel.js'
import type { RecordLine } from './record-lines.js'
import type { ColumnDescription } from './recording.js'

const ownColumns = ['rssBytes', 'mappedBytes', 'allocatedBytes', 'arenas', 'workers'] as const

/** Places in what is written of a sample: its time, {@link ownColumns} and {@link publishedColumns}. */
const place = { timeMs: 0, rss: 1, mapped: 2, allocated: 3, arenas: 4, workers: 5, loopTime: 6 } as const

function columns(): readonly ColumnDescription[] {
  return [...ownColumns, ...publishedColumns].map((name) => ({ name, unit: 1 }))
}

/** What a Node program tells of itself, written to the recording. */
export class RecordedInside {
  readonly #channel: RecordReader
  readonly #writer: RecordingWriter
  /** CLOCK_MONOTONIC's milliseconds at the recording's start. */
  readonly #startMs: number
  readonly #containerBytes: number | undefined
  /** How the program's rows are read, once it has told how they are laid out. */
  #readRow: ((row: Float64Array) => Float64Array) | undefined
  #samples: number | undefined
  #collections: number | undefined
  /** Workers that began or ended, and weren't counted yet: samples before that moment may still be in the ring. */
  #workerChanges: { readonly timeMs: number; readonly change: number }[] = []
  /** Undefined where it isn't known how many there were at the beginning. */
  #workers: number | undefined

  constructor(channel: RecordReader, writer: RecordingWriter, startMs: number, containerBytes: number | undefined) {
    this.#channel = channel
    this.#writer = writer
    this.#startMs = startMs
    this.#containerBytes = containerBytes
  }

  /** Whether the program has said anything. */
  get hasBegun(): boolean {
    return this.#readRow !== undefined
  }

  get counters(): { readonly lostSamples: number; readonly missedSamples: number } {
    const { lostSamples, missedSamples } = this.#channel.ring.summary()
    return { lostSamples, missedSamples }
  }

  /** Writes what has come since the last time. */
  read(): void {
    for (const line of this.#channel.lines()) this.#take(line)
    const { ring } = this.#channel
    if (this.#readRow === undefined || this.#samples === undefined) return
    for (let row = ring.nextRow(); row !== undefined; row = ring.nextRow()) this.#writer.sample(this.#samples, this.#readRow(row))
  }

  /** A sample is mostly the same as the last one, and there are a hundred a second: nothing is made for each. */
  #rowReader(layout: RowLayout): (row: Float64Array) => Float64Array {
    const sample = new Float64Array(place.loopTime + publishedColumns.length)
    const footprint = footprintReader(layout)
    const publishedPlace = rowPlace.figures + layout.figures.length
    return (row) => {
      const timeMs = (row[rowPlace.timeMs] as number) - this.#startMs
      this.#countWorkers(timeMs)
      const { mappedBytes = NaN, allocatedBytes = NaN } = footprint(row)
      sample[place.timeMs] = timeMs
      sample[place.rss] = row[rowPlace.rss] as number
      sample[place.mapped] = mappedBytes
      sample[place.allocated] = allocatedBytes
      sample[place.arenas] = row[rowPlace.arenas] as number
      sample[place.workers] = this.#workers ?? NaN
      sample[place.loopTime] = (row[publishedPlace] as number) - this.#startMs
      for (let heap = 1; heap < publishedColumns.length; heap++) sample[place.loopTime + heap] = row[publishedPlace + heap] as number
      return sample
    }
  }

  #countWorkers(untilMs: number): void {
    if (this.#workers === undefined || this.#workerChanges.length === 0) return
    for (const { timeMs, change } of this.#workerChanges) if (timeMs <= untilMs) this.#workers += change
    this.#workerChanges = this.#workerChanges.filter(({ timeMs }) => timeMs > untilMs)
  }

  #take(line: RecordLine): void {
    const at = (timeMs: number): number => Math.max(0, timeMs - this.#startMs)
    switch (line.kind) {
      case 'start':
        this.#begin(line)
        return
      case 'collections':
        for (const [startMs, durationMs, kind, count] of line.entries) {
          if (this.#collections !== undefined) this.#writer.sample(this.#collections, [at(startMs), durationMs, kind, count])
        }
        return
      case 'mark':
        this.#writer.event({ kind: 'mark', process: 0, name: line.name, timeMs: at(line.timeMs), by: 'program', thread: line.thread })
        return
      case 'span': {
        const { kind, startMs, endMs, ...span } = line
        this.#writer.event({ kind, process: 0, ...span, startMs: at(startMs), endMs: at(endMs) })
        return
      }
      case 'exit':
        this.#writer.event({ kind: 'exit', process: 0, exitMs: at(line.timeMs) })
        return
      case 'worker': {
        const { change, thread } = line
        const timeMs = at(line.timeMs)
        if (this.#workers !== undefined) this.#workerChanges.push({ timeMs, change })
        const name = `worker ${thread} ${change === 1 ? 'started' : 'ended'}`
        this.#writer.event({ kind: 'mark', process: 0, name, timeMs, by: 'recorder' })
      }
    }
  }

  #begin({ nodeVersion, allocator, heapLimitBytes, workers, layout }: Extract<RecordLine, { kind: 'start' }>): void {
    this.#readRow = this.#rowReader(layout)
    this.#workers = workers
    const limits = { containerBytes: this.#containerBytes, heapBytes: heapLimitBytes }
    this.#writer.event({ kind: 'node', process: 0, nodeVersion, allocator, limits })
    this.#samples = this.#writer.track({ process: 0, source: 'inside', columns: columns() })
    const ofCollections = [
      { name: 'durationMs', unit: 0.01 },
      { name: 'gcKind', unit: 1 },
      { name: 'collections', unit: 1 },
    ] as const
    this.#collections = this.#writer.track({ process: 0, source: 'gc', columns: ofCollections })
  }
}
