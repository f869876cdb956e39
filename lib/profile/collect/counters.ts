import * as layout from './state-layout.js'
import type { Views } from './views.js'

// V8 folds a module's own constants into compiled code, but not what it reads from another module.
const { counter, figure, frame, frameStride, rssUnit, topHalf, word } = layout

/** The bits of an address that tell pages of 256 KiB apart. */
const pageBits = -(1 << 18)

/** Brings {@link figure.synchronised} and {@link word.seenTop} up to date. Allocates nothing. */
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
    figures[figure.synchronised + counter.heap] =
      (figures[figure.heapAllocated] as number) - (figures[figure.excluded + counter.heap] as number)
    figures[figure.synchronised + counter.net] = net - (figures[figure.excluded + counter.net] as number)
    figures[figure.synchronised + counter.external] =
      (figures[figure.externalAllocated] as number) - (figures[figure.excluded + counter.external] as number)
    const rss = (figures[figure.rss] as number) - (figures[figure.excluded + counter.rss] as number)
    figures[figure.synchronised + counter.rss] = rss
    words[word.rss] = rss / rssUnit
    words[word.seenTop] = words[word.youngTop] as number
    words[word.version] = ((words[word.version] as number) + 1) & 0x3fffffff
    if (figures[figure.peakRss] !== 0) rememberPeak((figures[figure.peakRss] as number) / rssUnit)
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

/**
 * Whether since the last synchronisation all allocations were in new space, within the page that was in use then, and nobody asks for another
 * synchronisation. `top` is the lower half of new space's top.
 */
export function makeIsQuiet({ words, old, external, youngLarge, oldLarge }: Views): (top: number) => boolean {
  return function isQuiet(top) {
    const from = words[word.youngTop] as number
    return (
      words[word.attention] === 0 &&
      external[0] === words[word.external] &&
      old[topHalf] === words[word.oldTop] &&
      youngLarge[0] === words[word.youngLarge] &&
      oldLarge[0] === words[word.oldLarge] &&
      top >= from &&
      ((top ^ from) & pageBits) === 0
    )
  }
}

/** Whether nothing was allocated since the last synchronisation. Only where V8's words are known. */
export function makeIsUnmoved({ words, young, old, external, youngLarge, oldLarge }: Views): () => boolean {
  return () =>
    young[topHalf] === words[word.youngTop] &&
    old[topHalf] === words[word.oldTop] &&
    external[0] === words[word.external] &&
    youngLarge[0] === words[word.youngLarge] &&
    oldLarge[0] === words[word.oldLarge]
}

/** Needs no native code while only new space's top has moved, and within its page. */
export function makeQuickLook({ words, young }: Views, isQuiet: (top: number) => boolean, synchronise: Look): Look {
  return function look() {
    const top = young[topHalf] as number
    if (isQuiet(top)) words[word.seenTop] = top
    else synchronise()
  }
}
