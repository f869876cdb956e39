import { counter, figure, frame, frameStride, word } from './state-layout.js'
import type { Views } from './views.js'

/** V8's allocation area as 32-bit halves of its words: the place of the top's lower half. */
const topHalf = 2

/** The bits of an address that tell pages of 256 KiB apart. */
const pageBits = -(1 << 18)

/** Brings {@link figure.now} up to date. Allocates nothing. */
export type Look = () => void

/** Updates the counters by native code, without looking at V8's words first. */
export function makeSynchronise({ figures, words, frames, bases }: Views, synchroniseNatively: () => void): Look {
  function rememberPeak(peak: number): void {
    for (let at = words[word.runningFrame] as number; at !== 0; at = frames[at * frameStride + frame.below] as number) {
      const base = at * frameStride + counter.peak
      if (peak > (bases[base] as number)) bases[base] = peak
    }
  }
  return function synchronise() {
    synchroniseNatively()
    const net = (figures[figure.heapNet] as number) + (figures[figure.externalNow] as number)
    const heap = (figures[figure.heapAllocated] as number) - (figures[figure.excluded + counter.heap] as number)
    figures[figure.synchronised + counter.heap] = heap
    figures[figure.now + counter.heap] = heap
    figures[figure.synchronised + counter.net] = net - (figures[figure.excluded + counter.net] as number)
    figures[figure.now + counter.net] = net - (figures[figure.excluded + counter.net] as number)
    figures[figure.now + counter.external] =
      (figures[figure.externalAllocated] as number) - (figures[figure.excluded + counter.external] as number)
    figures[figure.now + counter.rss] = (figures[figure.rss] as number) - (figures[figure.excluded + counter.rss] as number)
    words[word.seenTop] = words[word.youngTop] as number
    words[word.version] = ((words[word.version] as number) + 1) & 0x3fffffff
    if (figures[figure.peakRss] !== 0) rememberPeak(figures[figure.peakRss] as number)
  }
}

/**
 * Takes off what the probe itself has allocated: numbers, while V8 still interprets it. Called last in each probe. When the allocation led to another
 * page or a collection, `synchroniseDisowning` does it.
 */
export function makeDisown({ words, young }: Views, synchroniseDisowning: Look): () => void {
  function disownWithinPage(): boolean {
    const top = young[topHalf] as number
    const own = top - (words[word.seenTop] as number)
    if (own < 0 || ((top ^ (words[word.youngTop] as number)) & pageBits) !== 0) return false
    if (own === 0) return true
    words[word.seenTop] = top
    words[word.youngTop] = (words[word.youngTop] as number) + own
    words[word.ownBytes] = (words[word.ownBytes] as number) + own
    return true
  }
  return function disown() {
    if (young[topHalf] === words[word.seenTop] || disownWithinPage()) return
    synchroniseDisowning()
    disownWithinPage()
  }
}

/** Whether since the last synchronisation all allocations were in new space, and nobody asks for another synchronisation. */
export function makeIsQuiet({ words, old, external, youngLarge, oldLarge }: Views): () => boolean {
  return function isQuiet() {
    return (
      words[word.attention] === 0 &&
      external[0] === words[word.external] &&
      old[topHalf] === words[word.oldTop] &&
      youngLarge[0] === words[word.youngLarge] &&
      oldLarge[0] === words[word.oldLarge]
    )
  }
}

/** Needs no native code while only new space's top has moved, and within its page. */
export function makeQuickLook(views: Views, synchronise: Look): Look {
  const { figures, words, young } = views
  const isQuiet = makeIsQuiet(views)
  return function look() {
    const top = young[topHalf] as number
    const from = words[word.youngTop] as number
    const moved = top - from
    if (!isQuiet() || moved < 0 || ((top ^ from) & pageBits) !== 0) {
      synchronise()
      return
    }
    if (top === words[word.seenTop]) return
    figures[figure.now + counter.heap] = (figures[figure.synchronised + counter.heap] as number) + moved
    figures[figure.now + counter.net] = (figures[figure.synchronised + counter.net] as number) + moved
    words[word.seenTop] = top
    words[word.version] = ((words[word.version] as number) + 1) & 0x3fffffff
  }
}

/** True when the counters have surely not changed since the last look. */
export function makeIsUnchanged(views: Views): () => boolean {
  const { words, young } = views
  const isQuiet = makeIsQuiet(views)
  return function isUnchanged() {
    return young[topHalf] === words[word.seenTop] && isQuiet()
  }
}
