import { getProcessMemory } from '../process/index.js'
import { watchArenas } from '../watch/index.js'
import type { ArenaWatcher } from '../watch/index.js'

const intervalMs = 5

/** The highest RSS while something runs: the kernel's own peak where that rose, the highest of frequent samples otherwise. */
export class PeakWatch {
  readonly #watcher: ArenaWatcher
  readonly #kernelPeakBefore = getProcessMemory().peakRssBytes
  #highest = getProcessMemory().rssBytes

  constructor() {
    this.#watcher = watchArenas({ intervalMs })
    this.#watcher.on('sample', ({ rssBytes }) => {
      this.#highest = Math.max(this.#highest, rssBytes ?? 0)
    })
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
