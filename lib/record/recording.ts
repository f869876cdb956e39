/** Who took a track's samples: the command, from `/proc`; the sampling thread of the process itself; or V8's garbage collector, a sample a collection. */
export type TrackSource = 'outside' | 'inside' | 'gc'

/** A column of a track. Times are in {@link Track.timeMs}. */
export interface ColumnDescription {
  readonly name: ColumnName
  /** What one step of a stored value stands for: 4096 where the kernel counts pages. */
  readonly unit: number
}

/** Figures that a track may have. Those in bytes say so. */
export const columnNames = [
  // From outside. `/proc/<pid>/statm`: resident, and the part of it that is of files or shared memory. `VmHWM` of `status`, as last read.
  'rssBytes',
  'sharedBytes',
  'peakRssBytes',
  // From inside: the allocator's footprint, and what it has handed out where it counts that.
  'mappedBytes',
  'allocatedBytes',
  'arenas',
  // V8's heap of the main thread, as that thread last published it, and when: milliseconds on the recording's clock.
  'heapUsedBytes',
  'heapCommittedBytes',
  'externalBytes',
  'arrayBufferBytes',
  'youngSpaceBytes',
  'oldSpaceBytes',
  'largeSpaceBytes',
  'workers',
  'loopTimeMs',
  // Of a container, in a flight recording: what its control group is charged.
  'containerBytes',
  // Of a garbage collection, or of several short ones of one kind.
  'durationMs',
  'gcKind',
  'collections',
] as const

export type ColumnName = (typeof columnNames)[number]

/** What `gcKind` stands for: `kind` of node's performance entries of the type `gc`. */
export const gcKinds: Readonly<Record<number, string>> = {
  1: 'scavenge',
  2: 'minor mark-sweep',
  4: 'mark-sweep',
  8: 'incremental marking',
  16: 'weak callbacks',
}

/** One process's figures over time, from one source. */
export interface Track {
  readonly process: number
  readonly source: TrackSource
  /** Milliseconds since {@link RecordingStart.timeMs}, rising. Of a collection: when it began; in a flight recording the next sample's time, which counts it. */
  readonly timeMs: Float64Array
  /** Each as long as {@link Track.timeMs}. NaN where the figure wasn't known. */
  readonly columns: Readonly<Partial<Record<ColumnName, Float64Array>>>
}

/** The limits that a process runs under, bytes. Undefined where there is none, or it isn't known. */
export interface RecordedLimits {
  /** The smallest limit of the control group and of those above it. */
  readonly containerBytes: number | undefined
  /** `heap_size_limit` of V8. */
  readonly heapBytes: number | undefined
  /** The part of it that is for old objects: V8 gives up when it is full, however much is left for new ones. */
  readonly oldGenerationBytes?: number | undefined
}

/** How a recording began. */
export interface RecordingStart {
  /** Wall clock, milliseconds since 1970. */
  readonly timeMs: number
  readonly allocscopeVersion: string
  readonly command: readonly string[]
  /** The first process's id. */
  readonly pid: number
  readonly intervalMs: number
  /** Whether the processes that it started are recorded as well. */
  readonly children: boolean
}

/** A recorded process. Its number is its place in {@link Recording.processes}; the first is the program itself. */
export interface RecordedProcess {
  readonly pid: number
  /** The number of the process that started it. Undefined for the first. */
  readonly parent: number | undefined
  /** As last seen: a process may call exec. */
  readonly command: string
  readonly startMs: number
  /** When it was found to have ended. Undefined when it was still running at the end. */
  readonly endMs: number | undefined
  /** When a Node process that was recorded from inside began its `exit` event: what its memory did after that is the process being taken down. */
  readonly exitMs: number | undefined
  /** Of a Node process that was recorded from inside. */
  readonly node: RecordedNode | undefined
}

/** What a Node process said of itself. */
export interface RecordedNode {
  readonly nodeVersion: string
  readonly allocator: string
  readonly limits: RecordedLimits
}

/** A named moment: `mark()`, or something that the recorder saw, as a worker's beginning and end. */
export interface RecordedMark {
  readonly process: number
  readonly timeMs: number
  readonly name: string
  readonly by: 'program' | 'recorder'
  /** The worker thread's id (`threadId`). Undefined of the main thread. */
  readonly thread?: number | undefined
}

/** A named time: `span()`, or a call of a function under the line profiler. */
export interface RecordedSpan {
  readonly process: number
  readonly name: string
  readonly startMs: number
  readonly endMs: number
  readonly startRssBytes: number | undefined
  readonly endRssBytes: number | undefined
  /** How many spans of the same thread it stands in. */
  readonly depth: number
  /** The worker thread's id (`threadId`). Undefined of the main thread. */
  readonly thread?: number | undefined
}

/** How a recording ended. */
export interface RecordingEnd {
  readonly timeMs: number
  readonly reason: 'program-ended' | 'interrupted' | 'timeout' | 'disk-full' | 'stopped'
  readonly exitCode: number | undefined
  readonly signal: string | undefined
  /** Samples that were lost: the ring was full, or the disk. */
  readonly lostSamples: number
  readonly missedSamples: number
}

/** Why a recording's file isn't read to its end. All before it is good. */
export interface RecordingDamage {
  /** The first byte that isn't understood. */
  readonly atByte: number
  readonly lostBytes: number
  readonly reason: string
}

/** A recording as its file has it. */
export interface Recording {
  readonly file: string
  /** `flight` is what a flight recorder kept: the last minutes of one process, as it told them of itself. */
  readonly kind: 'recording' | 'flight'
  readonly start: RecordingStart
  readonly processes: readonly RecordedProcess[]
  readonly tracks: readonly Track[]
  readonly marks: readonly RecordedMark[]
  readonly spans: readonly RecordedSpan[]
  /** Undefined when the recorder was killed, and in a flight recording whose process didn't come to its own end. */
  readonly end: RecordingEnd | undefined
  readonly damage: RecordingDamage | undefined
}
