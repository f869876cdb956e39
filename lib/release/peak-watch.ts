import { getProcessMemory } from '../process/index.js'
import { watchArenas } from '../watch/index.js'

const defaultIntervalMs = 5

/**
 * The highest RSS while calls run: the kernel's own peak if it rose, otherwise the highest of frequent samples. No samples are taken between the
 * rounds, where memory in use is read: V8 compiles the sampling's code on other threads, with up to a MiB of native memory.
 */
export class PeakWatch {
  readonly #intervalMs: number
  readonly #kernelPeakBefore = getProcessMemory().peakRssBytes
  #highest = getProcessMemory().rssBytes

  /** @param intervalMs - How often RSS is looked at; 5 by default. */
  constructor(intervalMs = defaultIntervalMs) {
    this.#intervalMs = intervalMs
  }

  /** Watches while `call` runs. Answers with its result. */
  async during<Result>(call: () => Result | Promise<Result>): Promise<Result> {
    const watcher = watchArenas({ intervalMs: this.#intervalMs })
    watcher.on('sample', ({ rssBytes }) => {
      this.#highest = Math.max(this.#highest, rssBytes ?? 0)
    })
    try {
      return await call()
    } finally {
      watcher.stop()
    }
  }

  /** The peak so far. */
  get highestBytes(): number {
    // The kernel's mark may be lower than a sample, by some pages for each thread.
    return this.source === 'kernel' ? Math.max(getProcessMemory().peakRssBytes, this.#highest) : this.#highest
  }

  /** Where {@link PeakWatch.highestBytes} is from: samples, when the process had been larger before the watch. */
  get source(): 'kernel' | 'samples' {
    return getProcessMemory().peakRssBytes > this.#kernelPeakBefore ? 'kernel' : 'samples'
  }
}
