import type { RingSample, RowLayout } from '../sampling/index.js'
import type { RecordingWriter } from './format/recording-writer.js'
import type { RecordReader } from './record-channel.js'
import { publishedColumns } from './record-channel.js'
import type { RecordLine } from './record-lines.js'
import type { ColumnDescription } from './recording.js'

const ownColumns = ['rssBytes', 'mappedBytes', 'allocatedBytes', 'arenas', 'workers'] as const

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
  #layout: RowLayout | undefined
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
    return this.#layout !== undefined
  }

  get counters(): { readonly lostSamples: number; readonly missedSamples: number } {
    const { lostSamples, missedSamples } = this.#channel.ring.summary()
    return { lostSamples, missedSamples }
  }

  /** Writes what has come since the last time. */
  read(): void {
    for (const line of this.#channel.lines()) this.#take(line)
    const layout = this.#layout
    if (layout === undefined || this.#samples === undefined) return
    for (let next = this.#channel.ring.next(layout); next !== undefined; next = this.#channel.ring.next(layout)) {
      this.#writer.sample(this.#samples, this.#rowOf(next))
    }
  }

  #rowOf({ sample, published: [loopTimeMs, ...heap] }: RingSample): number[] {
    const { timeMs, rssBytes, mappedBytes, allocatedBytes, arenas } = sample
    this.#countWorkers(timeMs)
    const loopMs = loopTimeMs === undefined ? undefined : loopTimeMs - this.#startMs
    return [timeMs, rssBytes, mappedBytes, allocatedBytes, arenas.length, this.#workers, loopMs, ...heap].map((figure) => figure ?? NaN)
  }

  #countWorkers(untilMs: number): void {
    if (this.#workers === undefined) return
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
    this.#layout = { ...layout, clockOffsetMs: -this.#startMs }
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
