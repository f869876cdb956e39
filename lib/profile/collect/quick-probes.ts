import type { Looking, Probes } from './probes.js'
import * as layout from './state-layout.js'
import { viewFrameFields, viewRowField, viewRowFields } from './views.js'
import type { Views } from './views.js'

// V8 folds a module's own constants into compiled code, but not what it reads from another module.
const { frameFlag, frameShift, row, rowShift, rowWordShift, word, topHalf } = layout

// The probes as they nearly always run: since the frame was begun nothing was synchronised, all that was allocated lies in new space's present page, and
// no outer call of the function waits. Then the frame's base needn't be taken anew, and RSS is what it was when the frame was begun. Otherwise they leave
// the work to the full probes. Few functions and few steps, so that V8 has soon compiled them.

type ChargeLine = (line: number, moved: number) => void

function makeChargeLine(views: Views): ChargeLine {
  const { words } = views
  const heap = viewRowField(views, row.heap)
  const net = viewRowField(views, row.net)
  const { peakRss, endRss } = viewRowFields(views)
  function rememberRss(at: number): void {
    const rss = words[word.rss] as number
    endRss[at] = rss
    if (rss > (peakRss[at] as number)) peakRss[at] = rss
  }
  return function chargeLine(line, moved) {
    const into = line << rowShift
    heap[into] = (heap[into] as number) + moved
    net[into] = (net[into] as number) + moved
    // The peak is at least as high as the highest at an end.
    if ((words[word.rss] as number) > (endRss[line << rowWordShift] as number)) rememberRss(line << rowWordShift)
  }
}

/** Changes the frame's line, and charges the last one when {@link Looking.quickly} allows it. */
export function makeQuickTurn(views: Views, { quickly, isQuiet, disown }: Looking, turn: Probes['back']): Probes['back'] {
  const { words, young } = views
  const { line, version, outer, moved } = viewFrameFields(views)
  const charges = quickly === 'charge new space'
  const chargeLine = makeChargeLine(views)
  return function quickTurn(at, lineId) {
    const base = at << frameShift
    const top = young[topHalf] as number
    if (version[base] !== words[word.version] || outer[base] !== 0 || !isQuiet(top)) {
      turn(at, lineId)
      return
    }
    const now = (top - (words[word.youngTop] as number)) | 0
    if (now !== moved[base]) {
      if (!charges) {
        turn(at, lineId)
        return
      }
      words[word.seenTop] = top
      chargeLine(line[base] as number, now - (moved[base] as number))
      moved[base] = now
    }
    line[base] = lineId
    if (young[topHalf] !== top) disown()
  }
}

/** Takes the frame that became free last, if its base still holds. */
export function makeQuickEnter(
  views: Views,
  { isQuiet, disown }: Looking,
  countOne: (id: number) => void,
  enter: Probes['enter'],
): Probes['enter'] {
  const { words, ids, young } = views
  const frame = viewFrameFields(views)
  const { line, version, flags, below, moved } = frame
  const { running } = viewRowFields(views)
  return function quickEnter(functionId, lineId) {
    const at = words[word.freeFrame] as number
    const base = at << frameShift
    const top = young[topHalf] as number
    if (
      version[base] !== words[word.version] ||
      ids[0] !== words[word.knownIds] ||
      running[functionId << rowWordShift] !== 0 ||
      !isQuiet(top)
    ) {
      return enter(functionId, lineId)
    }
    countOne(functionId)
    countOne(lineId)
    words[word.freeFrame] = below[base] as number
    line[base] = lineId
    frame.function[base] = functionId
    flags[base] = frameFlag.open
    words[word.seenTop] = top
    running[functionId << rowWordShift] = at
    below[base] = words[word.runningFrame] as number
    words[word.runningFrame] = at
    moved[base] = (top - (words[word.youngTop] as number)) | 0
    if (young[topHalf] !== top) disown()
    return at
  }
}

export function makeQuickLeave(views: Views, { isQuiet, disown }: Looking, leave: Probes['leave']): Probes['leave'] {
  const { words, young } = views
  const frame = viewFrameFields(views)
  const { line, version, flags, outer, below, moved } = frame
  const { running } = viewRowFields(views)
  const chargeLine = makeChargeLine(views)
  return function quickLeave(at) {
    const base = at << frameShift
    const top = young[topHalf] as number
    if (version[base] !== words[word.version] || outer[base] !== 0 || !isQuiet(top)) {
      leave(at)
      return
    }
    words[word.seenTop] = top
    chargeLine(line[base] as number, (top - (words[word.youngTop] as number) - (moved[base] as number)) | 0)
    running[(frame.function[base] as number) << rowWordShift] = 0
    words[word.runningFrame] = below[base] as number
    flags[base] = 0
    below[base] = words[word.freeFrame] as number
    words[word.freeFrame] = at
    if (young[topHalf] !== top) disown()
  }
}
