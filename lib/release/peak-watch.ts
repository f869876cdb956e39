import { getProcessMemory } from '../process/index.js'
import { watchArenas } from '../watch/index.js'
import type { ArenaWatcher } from '../watch/index.js'

const intervalMs = 5

/** The highest RSS while something runs: the kernel's own peak where that rose, the highest of frequent samples otherwise. */
export class PeakWatch {
  readonly #watcher: ArenaWatcher
  #kernelPeakBefore = getProcessMemory().peakRssBytes
  #highest = getProcessMemory().rssBytes

  constructor() {
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
    const { peakRssBytes } = getProcessMemory()
    return peakRssBytes > this.#kernelPeakBefore ? peakRssBytes : this.#highest
  }
}
