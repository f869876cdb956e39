import { getProcessMemory } from '../process/index.js'
import { watchArenas } from '../watch/index.js'
import type { ArenaWatcher } from '../watch/index.js'

const defaultIntervalMs = 5

/** The highest RSS while something runs: the kernel's own peak where that rose, the highest of frequent samples otherwise. */
export class PeakWatch {
  readonly #watcher: ArenaWatcher
  #kernelPeakBefore = getProcessMemory().peakRssBytes
  #highest = getProcessMemory().rssBytes

  /** @param intervalMs - How often RSS is looked at; 5 by default. */
  constructor(intervalMs = defaultIntervalMs) {
    this.#watcher = watchArenas({ intervalMs })
    this.#watcher.on('sample', ({ rssBytes }) => {
      this.#highest = Math.max(this.#highest, rssBytes ?? 0)
    })
  }

  /** Forgets what was seen so far. The watch itself, and what it allocates, can thus be there before a baseline is taken. */
  restart(): void {
    const { rssBytes, peakRssBytes } = getProcessMemory()
    this.#kernelPeakBefore = peakRssBytes
    this.#highest = rssBytes
  }

  /** Ends the watch; the peak. The second call returns the same. */
  end(): number {
    this.#watcher.stop()
    return this.highest
  }

  /** The peak so far. */
  get highest(): number {
    return this.source === 'kernel' ? getProcessMemory().peakRssBytes : this.#highest
  }

  /** Where {@link PeakWatch.highest} is from: samples while the process had been larger before the watch. */
  get source(): 'kernel' | 'samples' {
    return getProcessMemory().peakRssBytes > this.#kernelPeakBefore ? 'kernel' : 'samples'
  }
}
