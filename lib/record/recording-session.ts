import { rmSync } from 'node:fs'

import { readContainer } from '../process/index.js'
import { monotonicOriginMs } from '../process/monotonic-clock.js'
import type { RecordingEnd, RecordingStart } from './recording.js'
import { RecordingWriter } from './format/recording-writer.js'
import type { RecordReader } from './record-channel.js'
import { RecordedInside } from './recorded-inside.js'
import { RecordedTree } from './recorded-tree.js'

/**
 * How often all that was sampled is handed to the kernel and new processes are looked for, milliseconds. A recorder that is killed loses less than the
 * last tenth of a second; waking up less often costs less.
 */
const turnEveryMs = 80

/** The kernel's peaks are read at every third turn: they tell of what was between two samples. */
const turnsOfPeaks = 3

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
  readonly #monotonicMs = this.#startMs + monotonicOriginMs()
  readonly #tree: RecordedTree
  #inside: RecordedInside | undefined
  #timer: NodeJS.Timeout | undefined
  #pid = 0
  #turns = 0
  #hasFailed = false
  #tellEnded: () => void = () => undefined
  /** Resolves when the first process has been seen to be gone. */
  readonly ended = new Promise<void>((resolve) => {
    this.#tellEnded = resolve
  })

  /** @throws AllocscopeError `ERR_ALLOCSCOPE_RECORDING` when the file can't be made. */
  constructor(options: SessionOptions) {
    this.#options = options
    this.#writer = new RecordingWriter(options.file, { replace: options.replace })
    this.#tree = this.#makeTree()
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
    this.#tick()
    this.#timer = setInterval(() => {
      this.#tick()
    }, turnEveryMs)
  }

  /** Takes the file away: there was nothing to record. */
  abandon(): void {
    this.#tree.close()
    this.#writer.close()
    rmSync(this.#options.file, { force: true })
  }

  /** Ends the recording. The file is then whole. */
  end(reason: RecordingEnd['reason'], ending: Pick<RecordingEnd, 'exitCode' | 'signal'>): RecordReport {
    clearInterval(this.#timer)
    this.#inside?.read()
    this.#tree.end()
    const durationMs = this.#elapsedMs()
    const { file } = this.#options
    const { samples, peakRssBytes, children, ...outside } = this.#tree.figures
    const inside = this.#inside?.counters
    const lostSamples = this.#writer.lostSamples + outside.lostSamples + (inside?.lostSamples ?? 0)
    const counted = { lostSamples, missedSamples: outside.missedSamples + (inside?.missedSamples ?? 0) }
    this.#writer.event({ kind: 'end', timeMs: durationMs, reason, ...ending, ...counted })
    this.#flush()
    this.#tree.close()
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

  /** The file is made before the thread that samples: it may be refused. */
  #makeTree(): RecordedTree {
    const { intervalMs, children: withChildren } = this.#options
    try {
      return new RecordedTree(this.#writer, { intervalMs, withChildren, startMs: this.#monotonicMs })
    } catch (error) {
      this.#writer.close()
      rmSync(this.#options.file, { force: true })
      throw error
    }
  }

  /** One timer for all: waking up is most of what it costs. */
  #tick(): void {
    this.#tree.findChildren()
    if (this.#turns++ % turnsOfPeaks === 0) this.#tree.readPeaks()
    this.#flush()
    if (!this.#tree.isAlive) this.#tellEnded()
  }

  #flush(): void {
    this.#tree.read()
    this.#inside?.read()
    this.#writer.flush()
    const { failure } = this.#writer
    if (failure === undefined || this.#hasFailed) return
    this.#hasFailed = true
    this.#options.onFailure(failure)
  }
}
