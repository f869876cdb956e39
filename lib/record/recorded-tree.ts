import { childrenOf } from '../process/child-processes.js'
import { monotonicMs } from '../process/monotonic-clock.js'
import { commandOf } from '../process/node-processes.js'
import { getPageBytes, PeakRss } from '../process/outside-memory.js'
import { OutsideSource } from '../sampling/outside-source.js'
import type { OutsideSample } from '../sampling/outside-source.js'
import type { RecordingWriter } from './format/recording-writer.js'

const longestCommand = 1000

function readCommand(pid: number): string {
  return (commandOf(pid) ?? []).join(' ').trim().slice(0, longestCommand)
}

/** A process that is being recorded. */
interface Followed {
  readonly process: number
  readonly pid: number
  readonly track: number
  command: string
  readonly peak: PeakRss
  peakBytes: number
  /** The kernel's mark when the recording began. Only what is above it was reached since. */
  readonly firstPeakBytes: number
}

/** What was seen of the processes of a recording. */
export interface TreeFigures {
  /** Samples of the first process. */
  readonly samples: number
  /** The first process's highest RSS while it was recorded: the kernel's own mark where it rose meanwhile above every sample. */
  readonly peakRssBytes: number
  readonly children: number
  /** Of all of them: not taken, as the thread wasn't run in time, and taken but not read in time. */
  readonly missedSamples: number
  readonly lostSamples: number
}

/** How a tree of processes is recorded. */
export interface TreeOptions {
  readonly intervalMs: number
  readonly withChildren: boolean
  /** CLOCK_MONOTONIC's milliseconds at the recording's start. */
  readonly startMs: number
}

/** The recorded processes, read from outside: the first one and, where asked for, all that it starts. */
export class RecordedTree {
  readonly #writer: RecordingWriter
  readonly #options: TreeOptions
  readonly #source: OutsideSource
  /** By their numbers. */
  readonly #followed = new Map<number, Followed>()
  readonly #pids = new Set<number>()
  #processes = 0
  #samples = 0
  #peakRssBytes = 0

  /** Throws what {@link OutsideSource} throws. */
  constructor(writer: RecordingWriter, options: TreeOptions) {
    this.#writer = writer
    this.#options = options
    this.#source = new OutsideSource(options.intervalMs)
  }

  get figures(): TreeFigures {
    const { missedSamples, lostSamples } = this.#source.summary()
    const children = Math.max(0, this.#processes - 1)
    return { samples: this.#samples, peakRssBytes: this.#peakRssBytes, children, missedSamples, lostSamples }
  }

  /** Whether the first process was still there at the last look. */
  get isAlive(): boolean {
    return this.#followed.has(0)
  }

  /** Begins to record a process. False when it has ended already. */
  follow(pid: number, parent?: number, command = readCommand(pid)): boolean {
    const process = this.#processes
    const isThere = this.#source.follow(pid, process)
    if (!isThere && parent !== undefined) return false
    this.#processes += 1
    this.#writer.event({ kind: 'process', process, pid, parent, command, startMs: this.#now() })
    if (!isThere) return false
    const unit = getPageBytes()
    const columns = [
      { name: 'rssBytes', unit },
      { name: 'sharedBytes', unit },
      { name: 'peakRssBytes', unit: 1024 },
    ] as const
    const track = this.#writer.track({ process, source: 'outside', columns })
    const peak = new PeakRss(pid)
    const peakBytes = peak.read() ?? NaN
    this.#followed.set(process, { process, pid, track, command, peak, peakBytes, firstPeakBytes: peakBytes })
    this.#pids.add(pid)
    return true
  }

  /** Writes what was sampled since the last time. */
  read(): void {
    for (let sample = this.#source.next(); sample !== undefined; sample = this.#source.next()) {
      const followed = this.#followed.get(sample.process)
      if (followed !== undefined) this.#take(followed, sample)
    }
  }

  /** The kernel's peaks. */
  readPeaks(): void {
    for (const followed of this.#followed.values()) {
      followed.peakBytes = followed.peak.read() ?? followed.peakBytes
      if (followed.process !== 0 || !(followed.peakBytes > followed.firstPeakBytes)) continue
      this.#peakRssBytes = Math.max(this.#peakRssBytes, followed.peakBytes)
    }
  }

  /** New processes, and what one that called exec has become, where they are asked for. */
  findChildren(): void {
    if (!this.#options.withChildren) return
    // Those found here are visited as well. A process whose parent has ended is still followed, and so are those that it starts.
    for (const followed of this.#followed.values()) {
      if (followed.process !== 0) this.#noteCommand(followed)
      for (const child of childrenOf(followed.pid)) if (!this.#pids.has(child)) this.follow(child, followed.process)
    }
  }

  /** Ends what is still followed. The figures stay. */
  end(): void {
    this.#source.stop()
    this.read()
    for (const followed of this.#followed.values()) this.#forget(followed, this.#now())
  }

  close(): void {
    this.#source.close()
  }

  #now(): number {
    return monotonicMs() - this.#options.startMs
  }

  #take(followed: Followed, { timeMs: monotonicMs, rssBytes, sharedBytes }: OutsideSample): void {
    const timeMs = monotonicMs - this.#options.startMs
    if (rssBytes === 0) {
      this.#forget(followed, timeMs)
      return
    }
    this.#writer.sample(followed.track, [timeMs, rssBytes, sharedBytes, followed.peakBytes])
    if (followed.process !== 0) return
    this.#samples += 1
    this.#peakRssBytes = Math.max(this.#peakRssBytes, rssBytes)
  }

  #noteCommand(followed: Followed): void {
    const command = readCommand(followed.pid)
    if (command === '' || command === followed.command) return
    followed.command = command
    this.#writer.event({ kind: 'command', process: followed.process, command })
  }

  #forget({ process, pid, peak }: Followed, endMs: number): void {
    peak.close()
    this.#followed.delete(process)
    this.#pids.delete(pid)
    this.#writer.event({ kind: 'process-end', process, endMs })
  }
}
