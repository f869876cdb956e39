import * as layout from './state-layout.js'
import type { Views } from './views.js'

// V8 folds a module's own constants into compiled code, but not what it reads from another module.
const { counter, figure, frame, frameFlag, frameStride, row, rowStride, rowWord, rowWordStride, word } = layout

/** A slice is the time that a call spends on a line, from one probe to the next. `at` is the call's frame. */
export interface Slices {
  /** Begins a slice of the frame's line: remembers the counters. */
  readonly begin: (at: number) => void
  /** Charges the frame's line with the rise of the counters since `begin`. */
  readonly charge: (at: number) => void
  /** Charges the frame's line with so many bytes of new space: all that it can have taken since the last synchronisation. */
  readonly chargeMoved: (at: number, moved: number) => void
  /** The frame runs now, on top of the one that ran. */
  readonly push: (at: number) => void
  /** The frame has stopped running. */
  readonly pop: (at: number) => void
  /** If the frame was suspended, it runs again: counts what others did meanwhile. */
  readonly awake: (at: number) => void
}

export function makeSlices(views: Views): Slices {
  const begin = makeBegin(views)
  const push = makePush(views)
  const chargeMoved = makeChargeMoved(views)
  const charge = makeCharge(views, chargeMoved)
  return { begin, push, charge, chargeMoved, pop: makePop(views), awake: makeAwake(views, begin, push) }
}

function makeBegin({ figures, words, frames, bases }: Views): Slices['begin'] {
  return function begin(at) {
    const base = at * frameStride
    frames[base + frame.moved] = (words[word.seenTop] as number) - (words[word.youngTop] as number)
    // Since the last synchronisation a call, perhaps another one in the same frame, has remembered the same.
    if (frames[base + frame.version] === words[word.version]) return
    bases[base + counter.heap] = figures[figure.synchronised + counter.heap] as number
    bases[base + counter.net] = figures[figure.synchronised + counter.net] as number
    bases[base + counter.external] = figures[figure.synchronised + counter.external] as number
    bases[base + counter.rss] = figures[figure.synchronised + counter.rss] as number
    bases[base + counter.peak] = words[word.rss] as number
    frames[base + frame.version] = words[word.version] as number
  }
}

function makeChargeMoved({ words, frames, bases, rows, rowWords }: Views): Slices['chargeMoved'] {
  function rememberRss(into: number, base: number): void {
    const end = words[word.rss] as number
    // The line's end is a part of it: what isn't the program's may have lowered RSS meanwhile.
    const peak = Math.max(bases[base + counter.peak] as number, end)
    if (peak > (rowWords[into + rowWord.peakRss] as number)) rowWords[into + rowWord.peakRss] = peak
    if (end > (rowWords[into + rowWord.endRss] as number)) rowWords[into + rowWord.endRss] = end
  }
  return function chargeMoved(at, moved) {
    const base = at * frameStride
    const line = frames[base + frame.line] as number
    // An outer call of the same function waits at this line. It will be charged with everything until then.
    if (rowWords[line * rowWordStride + rowWord.parks] !== 0) return
    const into = line * rowStride
    rows[into + row.heap] = (rows[into + row.heap] as number) + moved
    rows[into + row.net] = (rows[into + row.net] as number) + moved
    rememberRss(line * rowWordStride, base)
    if (frames[base + frame.outer] === 0) return
    const inner = (frames[base + frame.function] as number) * rowStride
    rows[inner + row.heap] = (rows[inner + row.heap] as number) + moved
    rows[inner + row.net] = (rows[inner + row.net] as number) + moved
  }
}

function makeCharge(
  { figures, words, frames, bases, rows, rowWords }: Views,
  chargeMoved: (at: number, moved: number) => void,
): Slices['charge'] {
  function rise(base: number, of: number): number {
    return (figures[figure.synchronised + of] as number) - (bases[base + of] as number)
  }
  function add(into: number, base: number): void {
    rows[into + row.heap] = (rows[into + row.heap] as number) + rise(base, counter.heap)
    rows[into + row.net] = (rows[into + row.net] as number) + rise(base, counter.net)
    rows[into + row.external] = (rows[into + row.external] as number) + rise(base, counter.external)
  }
  function chargeSynchronised(base: number): void {
    const line = frames[base + frame.line] as number
    if (rowWords[line * rowWordStride + rowWord.parks] !== 0) return
    const into = line * rowStride
    add(into, base)
    rows[into + row.rss] = (rows[into + row.rss] as number) + rise(base, counter.rss)
    if (frames[base + frame.outer] !== 0) add((frames[base + frame.function] as number) * rowStride, base)
  }
  return function charge(at) {
    const base = at * frameStride
    if (frames[base + frame.version] !== words[word.version]) chargeSynchronised(base)
    chargeMoved(at, (words[word.seenTop] as number) - (words[word.youngTop] as number) - (frames[base + frame.moved] as number))
  }
}

function makePush({ words, frames, rowWords }: Views): Slices['push'] {
  return function push(at) {
    const base = at * frameStride
    const running = (frames[base + frame.function] as number) * rowWordStride + rowWord.running
    const outer = rowWords[running] as number
    frames[base + frame.outer] = outer
    if (outer !== 0) {
      const parked = frames[outer * frameStride + frame.line] as number
      const parks = parked * rowWordStride + rowWord.parks
      frames[base + frame.parked] = parked
      rowWords[parks] = (rowWords[parks] as number) + 1
    }
    rowWords[running] = at
    frames[base + frame.below] = words[word.runningFrame] as number
    words[word.runningFrame] = at
  }
}

function makePop({ words, frames, rowWords }: Views): Slices['pop'] {
  return function pop(at) {
    const base = at * frameStride
    const outer = frames[base + frame.outer] as number
    if (outer !== 0) {
      const parks = (frames[base + frame.parked] as number) * rowWordStride + rowWord.parks
      rowWords[parks] = (rowWords[parks] as number) - 1
      frames[base + frame.outer] = 0
    }
    rowWords[(frames[base + frame.function] as number) * rowWordStride + rowWord.running] = outer
    words[word.runningFrame] = frames[base + frame.below] as number
  }
}

function makeAwake({ figures, words, frames, bases, rows }: Views, begin: Slices['begin'], push: Slices['push']): Slices['awake'] {
  function netSince(base: number): number {
    const moved = (words[word.seenTop] as number) - (words[word.youngTop] as number) - (frames[base + frame.moved] as number)
    return (figures[figure.synchronised + counter.net] as number) - (bases[base + counter.net] as number) + moved
  }
  return function awake(at) {
    const base = at * frameStride
    if (((frames[base + frame.flags] as number) & frameFlag.suspended) === 0) return
    const into = (frames[base + frame.line] as number) * rowStride + row.others
    rows[into] = (rows[into] as number) + netSince(base)
    frames[base + frame.flags] = frameFlag.open
    push(at)
    words[word.suspended] = (words[word.suspended] as number) - 1
    begin(at)
  }
}
