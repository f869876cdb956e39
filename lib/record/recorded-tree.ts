import { readFileSync } from 'node:fs'

import { childrenOf } from '../process/child-processes.js'
import { getPageBytes, OutsideMemoryReader } from '../process/outside-memory.js'
import type { RecordingWriter } from './format/recording-writer.js'

const longestCommand = 1000

function readCommand(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim().slice(0, longestCommand)
  } catch {
    return ''
  }
}

/** A process that is being recorded. */
interface Followed {
  readonly process: number
  readonly pid: number
  readonly track: number
  readonly reader: OutsideMemoryReader
  command: string
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
}

/** The recorded processes, read from outside: the first one and, where asked for, all that it starts. */
export class RecordedTree {
  readonly #writer: RecordingWriter
  readonly #withChildren: boolean
  readonly #now: () => number
  readonly #followed = new Map<number, Followed>()
  #processes = 0
  #samples = 0
  #peakRssBytes = 0

  constructor(writer: RecordingWriter, withChildren: boolean, now: () => number) {
    this.#writer = writer
    this.#withChildren = withChildren
    this.#now = now
  }

  get figures(): TreeFigures {
    return { samples: this.#samples, peakRssBytes: this.#peakRssBytes, children: Math.max(0, this.#processes - 1) }
  }

  /** Whether the first process is still there. */
  get isAlive(): boolean {
    return [...this.#followed.values()].some(({ process }) => process === 0)
  }

  /** Begins to record a process. False when it has ended already. */
  follow(pid: number, parent?: number, command = readCommand(pid)): boolean {
    let reader
    try {
      reader = new OutsideMemoryReader(pid)
    } catch {
      if (parent !== undefined) return false
      reader = undefined
    }
    const process = this.#processes++
    this.#writer.event({ kind: 'process', process, pid, parent, command, startMs: this.#now() })
    if (reader === undefined) return false
    const unit = getPageBytes()
    const columns = [
      { name: 'rssBytes', unit },
      { name: 'sharedBytes', unit },
      { name: 'peakRssBytes', unit: 1024 },
    ] as const
    const track = this.#writer.track({ process, source: 'outside', columns })
    const peakBytes = reader.readPeak() ?? NaN
    this.#followed.set(pid, { process, pid, track, reader, command, peakBytes, firstPeakBytes: peakBytes })
    return true
  }

  /** A sample of each. */
  sample(): void {
    for (const followed of this.#followed.values()) {
      const timeMs = this.#now()
      const memory = followed.reader.read()
      if (memory === undefined) {
        this.#end(followed)
        continue
      }
      this.#writer.sample(followed.track, [timeMs, memory.rssBytes, memory.sharedBytes, followed.peakBytes])
      if (followed.process !== 0) continue
      this.#samples += 1
      this.#peakRssBytes = Math.max(this.#peakRssBytes, memory.rssBytes)
    }
  }

  /** What is dear: the kernel's peaks, new processes, and what a process that called exec has become. */
  look(): void {
    for (const followed of this.#followed.values()) {
      followed.peakBytes = followed.reader.readPeak() ?? followed.peakBytes
      if (followed.process !== 0) this.#noteCommand(followed)
      else if (followed.peakBytes > followed.firstPeakBytes) this.#peakRssBytes = Math.max(this.#peakRssBytes, followed.peakBytes)
    }
    if (this.#withChildren) this.#findChildren()
  }

  close(): void {
    for (const followed of this.#followed.values()) this.#end(followed)
  }

  #findChildren(): void {
    // Those found here are visited as well. A process whose parent has ended is still followed, and so are those that it starts.
    for (const { pid, process } of this.#followed.values()) {
      for (const child of childrenOf(pid)) if (!this.#followed.has(child)) this.follow(child, process)
    }
  }

  #noteCommand(followed: Followed): void {
    const command = readCommand(followed.pid)
    if (command === '' || command === followed.command) return
    followed.command = command
    this.#writer.event({ kind: 'command', process: followed.process, command })
  }

  #end(followed: Followed): void {
    followed.reader.close()
    this.#followed.delete(followed.pid)
    this.#writer.event({ kind: 'process-end', process: followed.process, endMs: this.#now() })
  }
}
