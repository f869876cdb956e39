import type { Looking } from './probes.js'
import * as layout from './state-layout.js'
import type { Views } from './views.js'

// V8 folds a module's own constants into compiled code, but not what it reads from another module.
const { frame, frameFlag, frameStride, rowWord, rowWordStride, word } = layout

/**
 * V8 drops compiled code that wasn't used during this many collections. The first settling makes them all at once. Otherwise the code that loading
 * left behind would be dropped later, and change some line's figure.
 */
const agingCollections = 10

/**
 * Makes a full collection before and after the first executions of each line, one between two of them. So the line's net charge is what it keeps. What the first collection
 * frees counts before the line begins.
 */
export function makeSettling(
  { words, frames, rowWords }: Views,
  { look }: Pick<Looking, 'look'>,
  gc: () => void,
  settledHits: number,
): Pick<Looking, 'lookAtEnd' | 'beforeLine' | 'mustTurn'> {
  let collections = 0
  // The version of the counters after the last collection at a line's end. Each probe changes it: while it is the same, the next line begins there.
  let collectedVersion = -1
  function collect(): void {
    do gc()
    while (++collections < agingCollections)
  }
  function isMeasured(line: number): boolean {
    return (rowWords[line * rowWordStride + rowWord.settled] as number) >= settledHits
  }
  return {
    mustTurn: (at, lineId) => ((frames[at * frameStride + frame.flags] as number) & frameFlag.settled) !== 0 || !isMeasured(lineId),
    lookAtEnd(at) {
      if (((frames[at * frameStride + frame.flags] as number) & frameFlag.settled) === 0) {
        look()
        return
      }
      frames[at * frameStride + frame.flags] = frameFlag.open
      collect()
      look()
      collectedVersion = words[word.version] as number
    },
    beforeLine(at) {
      const line = frames[at * frameStride + frame.line] as number
      if (isMeasured(line)) return
      const settled = line * rowWordStride + rowWord.settled
      rowWords[settled] = (rowWords[settled] as number) + 1
      if (words[word.version] !== collectedVersion) {
        collect()
        look()
      }
      frames[at * frameStride + frame.flags] = frameFlag.open | frameFlag.settled
    },
  }
}
