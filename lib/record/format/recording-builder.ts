import { columnNames } from '../recording.js'
import type {
  ColumnDescription,
  ColumnName,
  RecordedMark,
  RecordedProcess,
  RecordedSpan,
  Recording,
  RecordingEnd,
  RecordingStart,
  Track,
  TrackSource,
} from '../recording.js'
import type { FileEvent, TrackEvent } from './file-events.js'
import { mostColumns, SampleDecoder, trackOf } from './samples.js'

/** Doubles in a list that grows. */
class Doubles {
  #values = new Float64Array(64)
  #length = 0

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = new Float64Array(2 * this.#values.length)
      larger.set(this.#values)
      this.#values = larger
    }
    this.#values[this.#length++] = value
  }

  get last(): number {
    return this.#length === 0 ? -Infinity : (this.#values[this.#length - 1] as number)
  }

  taken(): Float64Array {
    return this.#values.subarray(0, this.#length)
  }
}

class TrackBuilder {
  readonly #columns: readonly ColumnDescription[]
  readonly #decoder: SampleDecoder
  readonly #process: number
  readonly #source: TrackSource
  readonly #timeMs = new Doubles()
  readonly #figures: readonly Doubles[]

  constructor({ process, source, columns }: Omit<TrackEvent, 'kind'>) {
    this.#process = process
    this.#source = source
    this.#columns = columns
    this.#decoder = new SampleDecoder(columns)
    this.#figures = columns.map(() => new Doubles())
  }

  add(timeMs: number, figures: readonly number[]): void {
    this.#timeMs.push(Math.max(timeMs, this.#timeMs.last))
    this.#figures.forEach((column, index) => {
      column.push(figures[index] ?? NaN)
    })
  }

  /** Throws a RangeError where the payload is malformed. */
  decode(payload: Uint8Array): void {
    this.#decoder.decode(payload, (timeMs, figures) => {
      this.add(timeMs, figures)
    })
  }

  build(): Track {
    const named = this.#columns.map(({ name }, index) => [name, (this.#figures[index] as Doubles).taken()] as const)
    const known = named.filter(([name]) => (columnNames as readonly string[]).includes(name))
    const columns = Object.fromEntries(known) as Partial<Record<ColumnName, Float64Array>>
    return { process: this.#process, source: this.#source, timeMs: this.#timeMs.taken(), columns }
  }
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] }

function isColumn(value: unknown): value is ColumnDescription {
  if (typeof value !== 'object' || value === null || !('name' in value) || !('unit' in value)) return false
  return typeof value.name === 'string' && typeof value.unit === 'number' && value.unit > 0
}

/** Makes a recording of what its file tells, in order. */
export class RecordingBuilder {
  #start: RecordingStart | undefined
  #end: RecordingEnd | undefined
  readonly #processes: Mutable<RecordedProcess>[] = []
  readonly #tracks = new Map<number, TrackBuilder>()
  readonly #marks: RecordedMark[] = []
  readonly #spans: RecordedSpan[] = []

  readonly #adders: { readonly [Kind in FileEvent['kind']]: (event: Omit<Extract<FileEvent, { kind: Kind }>, 'kind'>) => void } = {
    start: (start) => {
      this.#start = start
    },
    process: ({ process, pid, parent, command, startMs }) => {
      if (process !== this.#processes.length) throw new TypeError('a process has the wrong number')
      this.#processes.push({ pid, parent, command, startMs, endMs: undefined, exitMs: undefined, node: undefined })
    },
    node: ({ process, ...node }) => {
      this.#processOf(process).node = node
    },
    command: ({ process, command }) => {
      this.#processOf(process).command = command
    },
    exit: ({ process, exitMs }) => {
      this.#processOf(process).exitMs = exitMs
    },
    'process-end': ({ process, endMs }) => {
      this.#processOf(process).endMs = endMs
    },
    track: (track) => {
      this.#addTrack(track)
    },
    // For the reader of the slots.
    rows: ({ process }) => {
      this.#processOf(process)
    },
    mark: (mark) => {
      this.#processOf(mark.process)
      this.#marks.push(mark)
    },
    span: ({ startRssBytes, endRssBytes, ...span }) => {
      this.#processOf(span.process)
      this.#spans.push({ ...span, startRssBytes, endRssBytes })
    },
    end: ({ exitCode, signal, ...end }) => {
      this.#end = { ...end, exitCode, signal }
    },
  }

  /** Throws a TypeError when the event doesn't go with those before it. */
  addEvent({ kind, ...event }: FileEvent): void {
    // The kind tells the type of the rest, which TypeScript loses where the two are taken apart.
    this.#adders[kind](event as never)
  }

  /** Samples as {@link SampleEncoder} writes them. Throws where they are malformed. */
  addSamples(payload: Uint8Array): void {
    this.#trackOf(trackOf(payload)).decode(payload)
  }

  /** A sample as it is: a figure a column, NaN where it isn't known. */
  addSample(track: number, timeMs: number, figures: readonly number[]): void {
    this.#trackOf(track).add(timeMs, figures)
  }

  /** Undefined when the file doesn't even tell how the recording began. */
  build(rest: Pick<Recording, 'file' | 'kind' | 'damage'>): Recording | undefined {
    if (this.#start === undefined) return undefined
    return {
      ...rest,
      start: this.#start,
      processes: this.#processes,
      tracks: Array.from(this.#tracks.values(), (track) => track.build()),
      marks: this.#marks,
      spans: this.#spans,
      end: this.#end,
    }
  }

  #addTrack(event: Omit<TrackEvent, 'kind'>): void {
    this.#processOf(event.process)
    if (!Array.isArray(event.columns) || event.columns.length > mostColumns || !event.columns.every(isColumn))
      throw new TypeError("a track's columns are malformed")
    this.#tracks.set(event.track, new TrackBuilder(event))
  }

  #processOf(number: number): Mutable<RecordedProcess> {
    const found = this.#processes[number]
    if (found === undefined) throw new TypeError(`there is no process ${number}`)
    return found
  }

  #trackOf(number: number): TrackBuilder {
    const found = this.#tracks.get(number)
    if (found === undefined) throw new TypeError(`there is no track ${number}`)
    return found
  }
}
