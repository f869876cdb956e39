import { makeDisown } from './counters.js'
import type { Look } from './counters.js'
import type { Slices } from './slices.js'
import { figure, frame, frameFlag, frameStride, maxFrames, rowWord, rowWordStride, word } from './state-layout.js'
import type { Views } from './views.js'

/** The calls of probe-names.ts. A call that found no room for a frame gets frame 0: it is counted but not measured. */
export interface Probes {
  readonly enter: (functionId: number, lineId: number) => number
  readonly leave: (at: number) => void
  readonly line: (at: number, lineId: number) => void
  readonly back: (at: number, lineId: number) => void
  readonly suspend: (at: number, value?: unknown) => unknown
  readonly resume: (at: number, value?: unknown) => unknown
}

/** How the probes of a mode read the counters. */
export interface Looking {
  readonly look: Look
  /** True when the counters have surely not changed; undefined in modes in which each probe must look. */
  readonly isUnchanged: (() => boolean) | undefined
  /** Synchronises, and doesn't count what was allocated since the last look. */
  readonly synchroniseDisowning: Look
  /** Looks where the frame's line ends. */
  readonly lookAtEnd: (at: number) => void
  /** Called between two lines of a frame: the last one is charged, the next one hasn't begun. */
  readonly beforeLine: ((at: number) => void) | undefined
}

/** When the rows have no room for all ids, `enterRoomier` is called instead of `enter`. It makes room and enters by new probes. */
export function makeProbes(views: Views, slices: Slices, looking: Looking, enterRoomier: Probes['enter']): Probes {
  const turn = makeTurn(views, slices, looking)
  const back = looking.isUnchanged === undefined ? turn : makeQuickTurn(views, looking.isUnchanged, turn)
  return {
    enter: makeEnter(views, slices, looking, enterRoomier),
    leave: makeLeave(views, slices, looking),
    line: makeLine(views, back),
    back,
    suspend: makeSuspend(views, slices, looking),
    resume: makeResume(views, slices, looking),
  }
}

/** Takes a free frame from the list, or else the next unused one; 0 when there is none. */
function makeTakeFrame({ figures, words, frames }: Views): () => number {
  return function takeFrame() {
    const free = words[word.freeFrame] as number
    if (free !== 0) {
      words[word.freeFrame] = frames[free * frameStride + frame.next] as number
      return free
    }
    const unused = (words[word.frames] as number) + 1
    if (unused >= maxFrames) {
      figures[figure.lostCalls] = (figures[figure.lostCalls] as number) + 1
      return 0
    }
    words[word.frames] = unused
    return unused
  }
}

/** Counts in 32-bit words: even V8's interpreter writes them without allocating. */
function makeCountOne({ rowWords }: Views): (id: number) => void {
  return function countOne(id) {
    const at = id * rowWordStride + rowWord.occurrences
    const count = ((rowWords[at] as number) + 1) | 0
    rowWords[at] = count
    if (count === 0) rowWords[at + 1] = (rowWords[at + 1] as number) + 1
  }
}

function makeEnter(
  views: Views,
  { begin, push }: Slices,
  { look, beforeLine, synchroniseDisowning }: Looking,
  enterRoomier: Probes['enter'],
): Probes['enter'] {
  const { words, frames, ids } = views
  const countOne = makeCountOne(views)
  const disown = makeDisown(views, synchroniseDisowning)
  const takeFrame = makeTakeFrame(views)
  return function enter(functionId, lineId) {
    if (ids[0] !== words[word.knownIds]) return enterRoomier(functionId, lineId)
    countOne(functionId)
    countOne(lineId)
    const at = takeFrame()
    if (at === 0) return 0
    const base = at * frameStride
    frames[base + frame.line] = lineId
    frames[base + frame.function] = functionId
    frames[base + frame.flags] = frameFlag.open
    look()
    push(at)
    beforeLine?.(at)
    begin(at)
    disown()
    return at
  }
}

function makeLeave(views: Views, { awake, charge, pop }: Slices, { lookAtEnd, synchroniseDisowning }: Looking): Probes['leave'] {
  const { words, frames } = views
  const disown = makeDisown(views, synchroniseDisowning)
  return function leave(at) {
    if (at === 0) return
    const base = at * frameStride
    lookAtEnd(at)
    awake(at)
    charge(at)
    pop(at)
    frames[base + frame.flags] = 0
    frames[base + frame.next] = words[word.freeFrame] as number
    words[word.freeFrame] = at
    disown()
  }
}

function makeTurn(
  views: Views,
  { awake, begin, charge }: Slices,
  { lookAtEnd, beforeLine, synchroniseDisowning }: Looking,
): Probes['back'] {
  const { frames } = views
  const disown = makeDisown(views, synchroniseDisowning)
  return function turn(at, lineId) {
    if (at === 0) return
    lookAtEnd(at)
    awake(at)
    charge(at)
    frames[at * frameStride + frame.line] = lineId
    beforeLine?.(at)
    begin(at)
    disown()
  }
}

/** When nothing was allocated on a line, only compares the counters and changes the line. */
function makeQuickTurn({ words, frames }: Views, isUnchanged: () => boolean, turn: Probes['back']): Probes['back'] {
  return function quickTurn(at, lineId) {
    if (isUnchanged() && frames[at * frameStride + frame.version] === words[word.version]) frames[at * frameStride + frame.line] = lineId
    else turn(at, lineId)
  }
}

function makeLine(views: Views, back: Probes['back']): Probes['line'] {
  const countOne = makeCountOne(views)
  return function line(at, lineId) {
    countOne(lineId)
    back(at, lineId)
  }
}

function makeSuspend(views: Views, { awake, begin, charge, pop }: Slices, { lookAtEnd, synchroniseDisowning }: Looking): Probes['suspend'] {
  const { frames } = views
  const disown = makeDisown(views, synchroniseDisowning)
  return function suspend(at, value) {
    if (at === 0) return value
    const base = at * frameStride
    lookAtEnd(at)
    awake(at)
    charge(at)
    pop(at)
    begin(at)
    frames[base + frame.flags] = frameFlag.open | frameFlag.suspended
    // The counters never have this version.
    frames[base + frame.version] = -1
    disown()
    return value
  }
}

function makeResume(views: Views, { awake }: Slices, { look, synchroniseDisowning }: Looking): Probes['resume'] {
  const disown = makeDisown(views, synchroniseDisowning)
  return function resume(at, value) {
    if (at === 0) return value
    look()
    awake(at)
    disown()
    return value
  }
}
