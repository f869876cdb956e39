import { rmSync } from 'node:fs'

import { readContainer } from '../process/index.js'
import type { RecordingEnd, RecordingStart } from './recording.js'
import { RecordingWriter } from './format/recording-writer.js'
import type { RecordReader } from './record-channel.js'
import { RecordedInside } from './recorded-inside.js'
import { RecordedTree } from './recorded-tree.js'

/** How often all that was sampled is handed to the kernel, milliseconds. So a recorder that is killed loses less than the last tenth of a second. */
const flushEveryMs = 50

/** How often the kernel's peaks are read and new processes are looked for, milliseconds. */
const lookEveryMs = 100

/** What a recording has come to. */
export interface RecordReport {
  readonly file: string
  readonly pid: number
  readonly durationMs: number
  /** Of the program itself, from outside. */
  readonly samples: number
  readonly peakRssBytes: number
  /** Other processes that were recorded. */
  readonly children: number
  /** Whether the program told of itself: V8's heap, the allocator, collections, marks. */
  readonly inside: boolean
  readonly lostSamples: number
  readonly missedSamples: number
  readonly reason: RecordingEnd['reason']
  readonly exitCode: number | undefined
  readonly signal: string | undefined
  /** Why the file lacks what came later. */
  readonly failure: string | undefined
}

/** What is recorded, and where. */
export interface SessionOptions {
  readonly file: string
  readonly replace: boolean
  readonly intervalMs: number
  readonly children: boolean
  readonly command: readonly string[]
  readonly allocscopeVersion: string
  /** Is called once, when nothing can be written any more. */
  readonly onFailure: (error: Error) => void
}

function containerLimit(pid: number): number | undefined {
  try {
    const container = readContainer({ pid })
    return container.supported ? container.limitBytes : undefined
  } catch {
    // The process has ended already.
    return undefined
  }
}

/** Records one process, and those that it starts, from its start until it is ended. */
export class RecordingSession {
  readonly #options: SessionOptions
  readonly #writer: RecordingWriter
  readonly #startMs = performance.now()
  readonly #monotonicMs = Number(process.hrtime.bigint()) / 1e6
  readonly #tree: RecordedTree
  #inside: RecordedInside | undefined
  #timer: NodeJS.Timeout | undefined
  #pid = 0
  #missedSamples = 0
  /** When each is due, milliseconds since the start. */
  #sampleDueMs = 0
  #lookDueMs = lookEveryMs
  #flushDueMs = 0
  #hasFailed = false

  /** @throws AllocscopeError `ERR_ALLOCSCOPE_RECORDING` when the file can't be made. */
  constructor(options: SessionOptions) {
    this.#options = options
    this.#writer = new RecordingWriter(options.file, { replace: options.replace })
    this.#tree = new RecordedTree(this.#writer, options.children, () => this.#elapsedMs())
  }

  get isAlive(): boolean {
    return this.#tree.isAlive
  }

  /** Begins to sample. `channel` is that of a Node program with the preload. */
  begin(pid: number, channel?: RecordReader): void {
    const { intervalMs, children, command, allocscopeVersion } = this.#options
    this.#pid = pid
    const timeMs = Date.now() - (performance.now() - this.#startMs)
    const start: RecordingStart = { timeMs, allocscopeVersion, command, pid, intervalMs, children }
    this.#writer.event({ kind: 'start', ...start })
    // A child's own command line is the recorder's until it has called exec.
    this.#tree.follow(pid, undefined, command.join(' '))
    if (channel !== undefined) this.#inside = new RecordedInside(channel, this.#writer, this.#monotonicMs, containerLimit(pid))
    this.#sampleDueMs = this.#elapsedMs()
    this.#tick()
  }

  /** Takes the file away: there was nothing to record. */
  abandon(): void {
    this.#writer.close()
    rmSync(this.#options.file, { force: true })
  }

  /** Ends the recording. The file is then whole. */
  end(reason: RecordingEnd['reason'], ending: Pick<RecordingEnd, 'exitCode' | 'signal'>): RecordReport {
    clearTimeout(this.#timer)
    this.#inside?.read()
    this.#tree.close()
    const durationMs = this.#elapsedMs()
    const { file } = this.#options
    const { samples, peakRssBytes, children } = this.#tree.figures
    const inside = this.#inside?.counters
    const lostSamples = this.#writer.lostSamples + (inside?.lostSamples ?? 0)
    const counted = { lostSamples, missedSamples: this.#missedSamples + (inside?.missedSamples ?? 0) }
    this.#writer.event({ kind: 'end', timeMs: durationMs, reason, ...ending, ...counted })
    this.#flush()
    this.#writer.close()
    const failure = this.#writer.failure?.message
    const found = { samples, peakRssBytes, children, inside: this.#inside?.hasBegun === true }
    return {
      file,
      pid: this.#pid,
      durationMs,
      ...found,
      ...counted,
      reason: failure === undefined ? reason : 'disk-full',
      ...ending,
      failure,
    }
  }

  #elapsedMs(): number {
    return performance.now() - this.#startMs
  }

  /** Does what is due. One timer for all: waking up is most of what a sample costs. */
  #tick(): void {
    const nowMs = this.#elapsedMs()
    if (nowMs >= this.#lookDueMs) {
      this.#tree.look()
      this.#lookDueMs = nowMs + lookEveryMs
    }
    if (nowMs >= this.#sampleDueMs) {
      const { intervalMs } = this.#options
      this.#tree.sample()
      // A sample that comes late is that of the last moment that has passed; those before it are missed.
      const passed = Math.floor((nowMs - this.#sampleDueMs) / intervalMs)
      this.#missedSamples += passed
      this.#sampleDueMs += (passed + 1) * intervalMs
    }
    if (nowMs >= this.#flushDueMs) {
      this.#flush()
      this.#flushDueMs = nowMs + flushEveryMs
    }
    // Node cuts off what is below a millisecond, and would wake up too early.
    const dueMs = Math.min(this.#sampleDueMs, nowMs + flushEveryMs)
    this.#timer = setTimeout(
      () => {
        this.#tick()
      },
      Math.ceil(Math.max(1, dueMs - this.#elapsedMs())),
    )
  }

  #flush(): void {
    this.#inside?.read()
    this.#writer.flush()
    const { failure } = this.#writer
    if (failure === undefined || this.#hasFailed) return
    this.#hasFailed = true
    this.#options.onFailure(failure)
  }
}
