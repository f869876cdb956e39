import type {
  ColumnDescription,
  RecordedMark,
  RecordedNode,
  RecordedSpan,
  RecordingEnd,
  RecordingStart,
  TrackSource,
} from '../recording.js'

/** A track is described before its first samples. */
export interface TrackEvent {
  readonly kind: 'track'
  readonly track: number
  readonly process: number
  readonly source: TrackSource
  readonly columns: readonly ColumnDescription[]
}

/** How the rows of a flight recording are laid out: what it takes to understand them. */
export interface RowsEvent {
  readonly kind: 'rows'
  readonly process: number
  /** The back end whose figures they carry, and the names of these. */
  readonly allocator: string
  readonly figures: readonly string[]
  /** The names of the figures that follow these. */
  readonly published: readonly string[]
  /** CLOCK_MONOTONIC's milliseconds plus this are the recording's. */
  readonly clockOffsetMs: number
}

/** What a block of the kind `event` holds, as JSON. */
export type FileEvent =
  | ({ readonly kind: 'start' } & RecordingStart)
  | {
      readonly kind: 'process'
      readonly process: number
      readonly pid: number
      readonly parent?: number | undefined
      readonly command: string
      readonly startMs: number
    }
  | ({ readonly kind: 'node'; readonly process: number } & RecordedNode)
  /** A process has called exec. */
  | { readonly kind: 'command'; readonly process: number; readonly command: string }
  /** A Node process has begun its `exit` event. */
  | { readonly kind: 'exit'; readonly process: number; readonly exitMs: number }
  | { readonly kind: 'process-end'; readonly process: number; readonly endMs: number }
  | TrackEvent
  | RowsEvent
  | ({ readonly kind: 'mark' } & RecordedMark)
  | ({ readonly kind: 'span' } & RecordedSpan)
  | ({ readonly kind: 'end' } & RecordingEnd)

type Shape = Readonly<Record<string, 'number' | 'string' | 'boolean' | 'object' | 'strings' | 'number?' | 'string?'>>

/** What each kind must have, and may have, for a reader to rely on it. */
const shapes: Readonly<Record<FileEvent['kind'], Shape>> = {
  start: { timeMs: 'number', allocscopeVersion: 'string', command: 'strings', pid: 'number', intervalMs: 'number', children: 'boolean' },
  process: { process: 'number', pid: 'number', parent: 'number?', command: 'string', startMs: 'number' },
  node: { process: 'number', nodeVersion: 'string', allocator: 'string', limits: 'object' },
  command: { process: 'number', command: 'string' },
  exit: { process: 'number', exitMs: 'number' },
  'process-end': { process: 'number', endMs: 'number' },
  track: { track: 'number', process: 'number', source: 'string', columns: 'object' },
  rows: { process: 'number', allocator: 'string', figures: 'strings', published: 'strings', clockOffsetMs: 'number' },
  mark: { process: 'number', timeMs: 'number', name: 'string', by: 'string', thread: 'number?' },
  span: {
    process: 'number',
    name: 'string',
    startMs: 'number',
    endMs: 'number',
    startRssBytes: 'number?',
    endRssBytes: 'number?',
    depth: 'number',
    thread: 'number?',
  },
  end: { timeMs: 'number', reason: 'string', exitCode: 'number?', signal: 'string?', lostSamples: 'number', missedSamples: 'number' },
}

function fits(value: unknown, type: Shape[string]): boolean {
  if (type.endsWith('?')) return value === undefined || typeof value === type.slice(0, -1)
  if (type === 'strings') return Array.isArray(value) && value.every((one) => typeof one === 'string')
  return typeof value === type && value !== null
}

export function encodeEvent(event: FileEvent): Uint8Array {
  return Buffer.from(JSON.stringify(event))
}

/** The event of a payload; undefined when it is of a kind that isn't known here, which a reader passes over. Throws when it is malformed. */
export function decodeEvent(payload: Uint8Array): FileEvent | undefined {
  const value: unknown = JSON.parse(Buffer.from(payload).toString())
  if (typeof value !== 'object' || value === null || !('kind' in value)) throw new TypeError('an event is malformed')
  if (typeof value.kind !== 'string' || !Object.hasOwn(shapes, value.kind)) return undefined
  const shape = shapes[value.kind as FileEvent['kind']]
  const wrong = Object.entries(shape).find(([name, type]) => !fits((value as Record<string, unknown>)[name], type))
  if (wrong !== undefined) throw new TypeError(`the ${value.kind} event has no ${wrong[0]}`)
  return value as FileEvent
}
