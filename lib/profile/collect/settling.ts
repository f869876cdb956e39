import { makeIsUnmoved } from './counters.js'
import type { Looking, Telling } from './probes.js'
import * as layout from './state-layout.js'
import type { Views } from './views.js'

// V8 folds a module's own constants into compiled code, but not what it reads from another module.
const { counter, figure, frame, frameFlag, frameStride, rowWord, rowWordStride, word } = layout

/**
 * V8 drops compiled code that wasn't used during six collections (`--bytecode-old-age`). The first settling makes them all at once. Otherwise the code that
 * loading left behind would be dropped later, and change some line's figure.
 */
const agingCollections = 7

/** {@link rowWord.settled} of a line that surely frees nothing. */
const keepsAllMark = 0x7fffffff

/** How often lines were settled. */
function makeSettledLines({ rowWords }: Views, settledHits: number) {
  function placeOf(line: number): number {
    return line * rowWordStride + rowWord.settled
  }
  function isMeasured(line: number): boolean {
    return (rowWords[placeOf(line)] as number) >= settledHits
  }
  function keepsAll(line: number): boolean {
    return rowWords[placeOf(line)] === keepsAllMark
  }
  function lineOf(told: number): number {
    if (told >= 0) return told
    rowWords[placeOf(-told)] = keepsAllMark
    return -told
  }
  function count(line: number): void {
    rowWords[placeOf(line)] = (rowWords[placeOf(line)] as number) + 1
  }
  // Called when an execution has changed nothing.
  function finish(line: number): void {
    if ((rowWords[placeOf(line)] as number) >= 2) rowWords[placeOf(line)] = settledHits
  }
  return { isMeasured, keepsAll, lineOf, count, finish }
}

/** Collections, and whether nothing was taken or freed since the last one. */
function makeCollecting({ words }: Views, look: () => void, gc: () => void) {
  let collections = 0
  let rehearses = false
  // The version of the counters then. Each look changes it.
  let version = -1
  function collectAll(): void {
    do gc()
    while (++collections < agingCollections)
  }
  function isFresh(): boolean {
    return words[word.version] === version
  }
  function beFresh(): void {
    version = words[word.version] as number
  }
  function spoil(): void {
    version = -1
  }
  function collect(): void {
    if (!rehearses) collectAll()
    look()
    beFresh()
  }
  function rehearse(run: () => void): void {
    rehearses = true
    run()
    rehearses = false
    spoil()
  }
  return { isFresh, beFresh, spoil, collect, rehearse }
}

function makeHasChangedNothing({ figures, bases }: Views): (at: number) => boolean {
  return (at) => {
    const base = at * frameStride
    return (
      figures[figure.synchronised + counter.heap] === bases[base + counter.heap] &&
      figures[figure.synchronised + counter.net] === bases[base + counter.net]
    )
  }
}

function makeIsSettled({ frames }: Views): (at: number) => boolean {
  return (at) => ((frames[at * frameStride + frame.flags] as number) & frameFlag.settled) !== 0
}

type Lines = ReturnType<typeof makeSettledLines>
type Collecting = ReturnType<typeof makeCollecting>

/** A quick probe doesn't look, whatever the code before it did. */
function makeTelling(views: Views, { isMeasured, keepsAll, lineOf }: Lines, { spoil, rehearse }: Collecting): Telling {
  const { frames } = views
  const isSettled = makeIsSettled(views)
  function enterQuickly(): false {
    spoil()
    return false
  }
  function endQuickly(at: number): false {
    if (!keepsAll(frames[at * frameStride + frame.line] as number)) spoil()
    return false
  }
  return {
    lineOf,
    rehearse,
    mustEnter: (lineId) => !isMeasured(lineId) || enterQuickly(),
    mustTurn: (at, lineId) => isSettled(at) || !isMeasured(lineId) || endQuickly(at),
    mustLeave: (at) => isSettled(at) || endQuickly(at),
  }
}

type Reading = Pick<Looking, 'look' | 'disown' | 'quickly'>
type Settling = Pick<Looking, 'lookAtEnd' | 'beforeLine' | 'telling'>

/**
 * Makes a full collection before and after the first executions of each line, one between two of them. So the line's net charge is what it keeps. What the
 * first collection frees counts before the line begins. A line that surely frees nothing needs none: what it takes is all that it changes. And once a second
 * execution has changed nothing, there isn't a third one like it.
 */
export function makeSettling(views: Views, { look, disown, quickly }: Reading, gc: () => void, settledHits: number): Settling {
  const { frames } = views
  const lines = makeSettledLines(views, settledHits)
  const collecting = makeCollecting(views, look, gc)
  const { isMeasured, keepsAll, count, finish } = lines
  const { collect, isFresh, beFresh } = collecting
  const isSettled = makeIsSettled(views)
  const hasChangedNothing = makeHasChangedNothing(views)
  const isUnmoved = quickly === 'nothing' ? () => false : makeIsUnmoved(views)
  return {
    telling: makeTelling(views, lines, collecting),
    lookAtEnd(at) {
      const line = frames[at * frameStride + frame.line] as number
      if (isSettled(at)) {
        frames[at * frameStride + frame.flags] = frameFlag.open
        collect()
        if (hasChangedNothing(at)) finish(line)
      } else {
        const staysFresh = isFresh() && keepsAll(line) && isUnmoved()
        look()
        if (staysFresh) beFresh()
      }
    },
    beforeLine(at) {
      const line = frames[at * frameStride + frame.line] as number
      if (isMeasured(line)) return
      count(line)
      if (!isFresh()) {
        // What the probe took for itself is nobody's.
        disown()
        collect()
      }
      frames[at * frameStride + frame.flags] = frameFlag.open | frameFlag.settled
    },
  }
}
