import type { Looking, Probes } from './probes.js'
import type { Slices } from './slices.js'
import * as layout from './state-layout.js'
import type { Views } from './views.js'

// V8 folds a module's own constants into compiled code, but not what it reads from another module.
const { frame, frameFlag, frameStride, word, topHalf } = layout

// The probes as they nearly always run: since the frame was begun nothing was synchronised, and all that was allocated lies in new space's present page.
// Then the frame's base needn't be taken anew. Otherwise they leave the work to the full probes. Few functions, so that V8 has soon compiled them.

/** Changes the frame's line, and charges the last one when {@link Looking.quickly} allows it. */
export function makeQuickTurn(views: Views, { chargeMoved }: Slices, looking: Looking, turn: Probes['back']): Probes['back'] {
  const { words, frames, young } = views
  const { quickly, isQuiet, disown } = looking
  const charges = quickly === 'charge new space'
  return function quickTurn(at, lineId) {
    const base = at * frameStride
    const top = young[topHalf] as number
    const moved = (top - (words[word.youngTop] as number) - (frames[base + frame.moved] as number)) | 0
    if (frames[base + frame.version] !== words[word.version] || !isQuiet(top) || (moved !== 0 && !charges)) {
      turn(at, lineId)
      return
    }
    if (moved !== 0) {
      words[word.seenTop] = top
      chargeMoved(at, moved)
      frames[base + frame.moved] = ((frames[base + frame.moved] as number) + moved) | 0
    }
    frames[base + frame.line] = lineId
    if (young[topHalf] !== top) disown()
  }
}

/** Takes the frame that became free last, if its base still holds. */
export function makeQuickEnter(
  views: Views,
  { push }: Slices,
  { isQuiet, disown }: Looking,
  countOne: (id: number) => void,
  enter: Probes['enter'],
): Probes['enter'] {
  const { words, frames, ids, young } = views
  return function quickEnter(functionId, lineId) {
    const at = words[word.freeFrame] as number
    const base = at * frameStride
    const top = young[topHalf] as number
    if (at === 0 || ids[0] !== words[word.knownIds] || frames[base + frame.version] !== words[word.version] || !isQuiet(top)) {
      return enter(functionId, lineId)
    }
    countOne(functionId)
    countOne(lineId)
    words[word.freeFrame] = frames[base + frame.below] as number
    frames[base + frame.line] = lineId
    frames[base + frame.function] = functionId
    frames[base + frame.flags] = frameFlag.open
    words[word.seenTop] = top
    push(at)
    frames[base + frame.moved] = (top - (words[word.youngTop] as number)) | 0
    if (young[topHalf] !== top) disown()
    return at
  }
}

export function makeQuickLeave(
  views: Views,
  { chargeMoved, pop }: Slices,
  { isQuiet, disown }: Looking,
  leave: Probes['leave'],
): Probes['leave'] {
  const { words, frames, young } = views
  return function quickLeave(at) {
    const base = at * frameStride
    const top = young[topHalf] as number
    if (at === 0 || frames[base + frame.version] !== words[word.version] || !isQuiet(top)) {
      leave(at)
      return
    }
    words[word.seenTop] = top
    chargeMoved(at, (top - (words[word.youngTop] as number) - (frames[base + frame.moved] as number)) | 0)
    pop(at)
    frames[base + frame.flags] = 0
    frames[base + frame.below] = words[word.freeFrame] as number
    words[word.freeFrame] = at
    if (young[topHalf] !== top) disown()
  }
}
