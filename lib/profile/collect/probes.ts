import type { Look } from './counters.js'
import { makeQuickEnter, makeQuickLeave, makeQuickTurn } from './quick-probes.js'
import type { Slices } from './slices.js'
import * as layout from './state-layout.js'
import type { Views } from './views.js'

// V8 folds a module's own constants into compiled code, but not what it reads from another module.
const { attentionTick, figure, frame, frameFlag, frameStride, maxFrames, rowWord, rowWordShift, word } = layout

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
  /** What a probe between two lines may do without native code. `'nothing'` in modes in which each probe must look. */
  readonly quickly: 'nothing' | 'see no change' | 'charge new space'
  /** Whether new space's present page is all that was allocated in since the last synchronisation. `top` is the lower half of its top. */
  readonly isQuiet: (top: number) => boolean
  /** Called last in each probe: what the probe itself allocated since it looked isn't the program's. */
  readonly disown: () => void
  /** Looks where the frame's line ends. */
  readonly lookAtEnd: (at: number) => void
  /** Called between two lines of a frame: the last one is charged, the next one hasn't begun. */
  readonly beforeLine: ((at: number) => void) | undefined
  /** Undefined in modes in which lines are alike. */
  readonly telling: Telling | undefined
}

/** How the probes tell lines apart. */
export interface Telling {
  /** The line's id of what instrumented code says. */
  readonly lineOf: (told: number) => number
  // Whether the full probe is needed, whatever has been allocated. Otherwise a quick one follows.
  readonly mustEnter: (lineId: number) => boolean
  readonly mustTurn: (at: number, lineId: number) => boolean
  readonly mustLeave: (at: number) => boolean
  /** Calls `run`, in which no probe collects. */
  readonly rehearse: (run: () => void) => void
}

/** When the rows have no room for all ids, `enterRoomier` is called instead of `enter`. It makes room and enters by new probes. */
export function makeProbes(views: Views, slices: Slices, looking: Looking, enterRoomier: Probes['enter']): Probes {
  const countOne = makeCountOne(views)
  const back = makeTurn(views, slices, looking)
  const probes = {
    enter: makeEnter(views, slices, looking, countOne, enterRoomier),
    leave: makeLeave(views, slices, looking),
    line: makeLine(countOne, back),
    back,
    suspend: makeSuspend(views, slices, looking),
    resume: makeResume(views, slices, looking),
  }
  const quick = looking.quickly === 'nothing' ? probes : makeQuickProbes(views, looking, countOne, probes)
  return looking.telling === undefined ? quick : makeTellingProbes(looking.telling, countOne, probes, quick)
}

function makeQuickProbes(views: Views, looking: Looking, countOne: (id: number) => void, probes: Probes): Probes {
  const back = makeQuickTurn(views, looking, probes.back)
  const quick = { ...probes, line: makeLine(countOne, back), back }
  if (looking.quickly === 'see no change') return quick
  return {
    ...quick,
    enter: makeQuickEnter(views, looking, countOne, probes.enter),
    leave: makeQuickLeave(views, looking, probes.leave),
  }
}

function makeTellingProbes(
  { lineOf, mustEnter, mustTurn, mustLeave }: Telling,
  countOne: (id: number) => void,
  full: Probes,
  quick: Probes,
): Probes {
  function turn(at: number, lineId: number): void {
    if (mustTurn(at, lineId)) full.back(at, lineId)
    else quick.back(at, lineId)
  }
  return {
    ...full,
    enter(functionId, told) {
      const lineId = lineOf(told)
      return mustEnter(lineId) ? full.enter(functionId, lineId) : quick.enter(functionId, lineId)
    },
    line(at, told) {
      const lineId = lineOf(told)
      turn(at, lineId)
      countOne(lineId)
    },
    back(at, told) {
      turn(at, lineOf(told))
    },
    leave(at) {
      if (mustLeave(at)) full.leave(at)
      else quick.leave(at)
    },
  }
}

/** Takes a free frame from the list, or else the next unused one; 0 when there is none. */
function makeTakeFrame({ figures, words, frames }: Views): () => number {
  return function takeFrame() {
    const free = words[word.freeFrame] as number
    if (free !== 0) {
      words[word.freeFrame] = frames[free * frameStride + frame.below] as number
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

/**
 * Counts in 32-bit words: even V8's interpreter writes them without allocating. After the first occurrence the next probe, which usually ends the line,
 * looks at RSS.
 */
function makeCountOne({ words, rowWords }: Views): (id: number) => void {
  function countRarely(at: number): void {
    if (rowWords[at] === 0) rowWords[at + 1] = (rowWords[at + 1] as number) + 1
    if (rowWords[at] === 1 && rowWords[at + 1] === 0) Atomics.or(words, word.attention, attentionTick)
  }
  return function countOne(id) {
    const at = (id << rowWordShift) + rowWord.occurrences
    const count = ((rowWords[at] as number) + 1) | 0
    rowWords[at] = count
    if (count <= 1) countRarely(at)
  }
}

function makeEnter(
  views: Views,
  { begin, push }: Slices,
  { look, beforeLine, disown }: Looking,
  countOne: (id: number) => void,
  enterRoomier: Probes['enter'],
): Probes['enter'] {
  const { words, frames, ids } = views
  const takeFrame = makeTakeFrame(views)
  return function enter(functionId, lineId) {
    if (ids[0] !== words[word.knownIds]) return enterRoomier(functionId, lineId)
    const at = takeFrame()
    if (at === 0) {
      countOne(functionId)
      countOne(lineId)
      return 0
    }
    const base = at * frameStride
    frames[base + frame.line] = lineId
    frames[base + frame.function] = functionId
    frames[base + frame.flags] = frameFlag.open
    look()
    push(at)
    beforeLine?.(at)
    begin(at)
    countOne(functionId)
    countOne(lineId)
    disown()
    return at
  }
}

function makeLeave(views: Views, { awake, charge, pop }: Slices, { lookAtEnd, disown }: Looking): Probes['leave'] {
  const { words, frames } = views
  return function leave(at) {
    if (at === 0) return
    const base = at * frameStride
    lookAtEnd(at)
    awake(at)
    charge(at)
    pop(at)
    frames[base + frame.flags] = 0
    frames[base + frame.below] = words[word.freeFrame] as number
    words[word.freeFrame] = at
    disown()
  }
}

function makeTurn(views: Views, { awake, begin, charge }: Slices, { lookAtEnd, beforeLine, disown }: Looking): Probes['back'] {
  const { frames } = views
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

function makeLine(countOne: (id: number) => void, back: Probes['back']): Probes['line'] {
  return function line(at, lineId) {
    back(at, lineId)
    countOne(lineId)
  }
}

function makeSuspend(views: Views, { awake, begin, charge, pop }: Slices, { lookAtEnd, disown }: Looking): Probes['suspend'] {
  const { words, frames } = views
  return function suspend(at, value) {
    if (at === 0) return value
    const base = at * frameStride
    lookAtEnd(at)
    awake(at)
    charge(at)
    words[word.suspended] = (words[word.suspended] as number) + 1
    pop(at)
    begin(at)
    frames[base + frame.flags] = frameFlag.open | frameFlag.suspended
    // The counters never have this version.
    frames[base + frame.version] = -1
    disown()
    return value
  }
}

function makeResume(views: Views, { awake }: Slices, { look, disown }: Looking): Probes['resume'] {
  return function resume(at, value) {
    if (at === 0) return value
    look()
    awake(at)
    disown()
    return value
  }
}
