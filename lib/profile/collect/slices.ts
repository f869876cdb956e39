import { counter, figure, frame, frameFlag, frameStride, row, rowStride, rowWord, rowWordStride, word } from './state-layout.js'
import type { Views } from './views.js'

/** A slice is the time that a call spends on a line, from one probe to the next. `at` is the call's frame. */
export interface Slices {
  /** Begins a slice of the frame's line: remembers the counters. */
  readonly begin: (at: number) => void
  /** Charges the frame's line with the rise of the counters since `begin`. */
  readonly charge: (at: number) => void
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
  return { begin, push, charge: makeCharge(views), pop: makePop(views), awake: makeAwake(views, begin, push) }
}

function makeBegin({ figures, words, frames, bases }: Views): Slices['begin'] {
  return function begin(at) {
    const base = at * frameStride
    bases[base + counter.heap] = figures[figure.now + counter.heap] as number
    bases[base + counter.net] = figures[figure.now + counter.net] as number
    bases[base + counter.external] = figures[figure.now + counter.external] as number
    bases[base + counter.rss] = figures[figure.now + counter.rss] as number
    bases[base + counter.peak] = figures[figure.now + counter.rss] as number
    frames[base + frame.version] = words[word.version] as number
  }
}

function makeCharge({ figures, frames, bases, rows, rowWords }: Views): Slices['charge'] {
  function add(into: number, base: number): void {
    rows[into + row.heap] = (rows[into + row.heap] as number) + (figures[figure.now + counter.heap] as number) - (bases[base] as number)
    rows[into + row.net] =
      (rows[into + row.net] as number) + (figures[figure.now + counter.net] as number) - (bases[base + counter.net] as number)
    rows[into + row.external] =
      (rows[into + row.external] as number) +
      (figures[figure.now + counter.external] as number) -
      (bases[base + counter.external] as number)
  }
  return function charge(at) {
    const base = at * frameStride
    const line = frames[base + frame.line] as number
    // An outer call of the same function waits at this line. It will be charged with everything until then.
    if (rowWords[line * rowWordStride + rowWord.parks] !== 0) return
    const into = line * rowStride
    add(into, base)
    rows[into + row.rss] =
      (rows[into + row.rss] as number) + (figures[figure.now + counter.rss] as number) - (bases[base + counter.rss] as number)
    const peak = bases[base + counter.peak] as number
    if (peak > (rows[into + row.peak] as number)) rows[into + row.peak] = peak
    if (frames[base + frame.outer] !== 0) add((frames[base + frame.function] as number) * rowStride, base)
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

function makeAwake({ figures, frames, bases, rows }: Views, begin: Slices['begin'], push: Slices['push']): Slices['awake'] {
  return function awake(at) {
    const base = at * frameStride
    if (((frames[base + frame.flags] as number) & frameFlag.suspended) === 0) return
    const into = (frames[base + frame.line] as number) * rowStride + row.others
    rows[into] = (rows[into] as number) + (figures[figure.now + counter.net] as number) - (bases[base + counter.net] as number)
    frames[base + frame.flags] = frameFlag.open
    push(at)
    begin(at)
  }
}
