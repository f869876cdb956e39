import { getProcessMemory } from '../process/index.js'
import { watchArenas } from '../watch/index.js'

const defaultIntervalMs = 5

/**
 * The highest RSS while calls run: the kernel's own peak where that rose, the highest of frequent samples otherwise. There are no samples between the
 * calls: V8 compiles what they run, on other threads and with up to a MiB of native memory, which a reading of what is in use must not meet.
 */
export class PeakWatch {
  readonly #intervalMs: number
  readonly #kernelPeakBefore = getProcessMemory().peakRssBytes
  #highest = getProcessMemory().rssBytes

  /** @param intervalMs - How often RSS is looked at; 5 by default. */
  constructor(intervalMs = defaultIntervalMs) {
    this.#intervalMs = intervalMs
  }

  /** Watches while `call` runs; what it answers. */
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
    // The kernel's mark may lag behind what a sample saw by some pages for each thread.
    return this.source === 'kernel' ? Math.max(getProcessMemory().peakRssBytes, this.#highest) : this.#highest
  }

  /** Where {@link PeakWatch.highestBytes} is from: samples while the process had been larger before. */
  get source(): 'kernel' | 'samples' {
    return getProcessMemory().peakRssBytes > this.#kernelPeakBefore ? 'kernel' : 'samples'
  }
}
