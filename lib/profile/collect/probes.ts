import type { Look } from './counters.js'
import type { Slices } from './slices.js'
import { figure, frame, frameFlag, frameStride, maxFrames, row, rowStride, word } from './state-layout.js'
import type { Views } from './views.js'

/** The calls of probe-names.ts. A frame of 0 is that of a call which found no room: it is counted, and followed no further. */
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
  /** Whether the counters surely are what they were; undefined where each probe has to look. */
  readonly isUnchanged: (() => boolean) | undefined
  /** Looks where the frame's line ends. */
  readonly lookAtEnd: (at: number) => void
  /** Called when everything up to here is charged, and the frame's next line is about to begin. */
  readonly beforeLine: ((at: number) => void) | undefined
}

/** `enterRoomier` is called instead when the rows have no room for every id: it makes room, and enters by other probes. */
export function makeProbes(views: Views, slices: Slices, looking: Looking, enterRoomier: Probes['enter']): Probes {
  const turn = makeTurn(views, slices, looking)
  const back = looking.isUnchanged === undefined ? turn : makeQuickTurn(views, looking.isUnchanged, turn)
  return {
    enter: makeEnter(views, slices, looking, enterRoomier),
    leave: makeLeave(views, slices, looking),
    line: makeLine(views, back),
    back,
    suspend: makeSuspend(views, slices, looking),
    resume: makeResume(slices, looking.look),
  }
}

/** Takes a frame off the list of free ones, or the first that was never used; 0 when there is none. */
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

function makeEnter(views: Views, { begin, push }: Slices, { look, beforeLine }: Looking, enterRoomier: Probes['enter']): Probes['enter'] {
  const { words, frames, rows, ids } = views
  const takeFrame = makeTakeFrame(views)
  return function enter(functionId, lineId) {
    if (ids[0] !== words[word.knownIds]) return enterRoomier(functionId, lineId)
    const calls = functionId * rowStride + row.occurrences
    const occurrences = lineId * rowStride + row.occurrences
    rows[calls] = (rows[calls] as number) + 1
    rows[occurrences] = (rows[occurrences] as number) + 1
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
    return at
  }
}

function makeLeave({ words, frames }: Views, { awake, charge, pop }: Slices, { lookAtEnd }: Looking): Probes['leave'] {
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
  }
}

function makeTurn({ frames }: Views, { awake, begin, charge }: Slices, { lookAtEnd, beforeLine }: Looking): Probes['back'] {
  return function turn(at, lineId) {
    if (at === 0) return
    lookAtEnd(at)
    awake(at)
    charge(at)
    frames[at * frameStride + frame.line] = lineId
    beforeLine?.(at)
    begin(at)
  }
}

/** A line that nothing was allocated on costs a comparison of each counter. */
function makeQuickTurn({ words, frames }: Views, isUnchanged: () => boolean, turn: Probes['back']): Probes['back'] {
  return function quickTurn(at, lineId) {
    if (isUnchanged() && frames[at * frameStride + frame.version] === words[word.version]) frames[at * frameStride + frame.line] = lineId
    else turn(at, lineId)
  }
}

function makeLine({ rows }: Views, back: Probes['back']): Probes['line'] {
  return function line(at, lineId) {
    const occurrences = lineId * rowStride + row.occurrences
    rows[occurrences] = (rows[occurrences] as number) + 1
    back(at, lineId)
  }
}

function makeSuspend({ frames }: Views, { awake, begin, charge, pop }: Slices, { lookAtEnd }: Looking): Probes['suspend'] {
  return function suspend(at, value) {
    if (at === 0) return value
    const base = at * frameStride
    lookAtEnd(at)
    awake(at)
    charge(at)
    pop(at)
    begin(at)
    frames[base + frame.flags] = frameFlag.open | frameFlag.suspended
    // Never a version that the counters have.
    frames[base + frame.version] = -1
    return value
  }
}

function makeResume({ awake }: Slices, look: Look): Probes['resume'] {
  return function resume(at, value) {
    if (at === 0) return value
    look()
    awake(at)
    return value
  }
}
