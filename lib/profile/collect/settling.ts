import type { Looking } from './probes.js'
import { frame, frameFlag, frameStride, rowWord, rowWordStride } from './state-layout.js'
import type { Views } from './views.js'

/**
 * V8 drops compiled code that wasn't used during this many collections. The first settling makes them all at once. Otherwise the code that loading
 * left behind would be dropped later, and change some line's figure.
 */
const agingCollections = 10

/**
 * Makes a full collection before and after the first executions of each line. So the line's net charge is what it keeps. What the first collection
 * frees counts before the line begins.
 */
export function makeSettling(
  { frames, rowWords }: Views,
  { look }: Pick<Looking, 'look'>,
  gc: () => void,
  settledHits: number,
): Pick<Looking, 'lookAtEnd' | 'beforeLine'> {
  let collections = 0
  function collect(): void {
    do gc()
    while (++collections < agingCollections)
  }
  return {
    lookAtEnd(at) {
      if (((frames[at * frameStride + frame.flags] as number) & frameFlag.settled) !== 0) {
        frames[at * frameStride + frame.flags] = frameFlag.open
        collect()
      }
      look()
    },
    beforeLine(at) {
      const settled = (frames[at * frameStride + frame.line] as number) * rowWordStride + rowWord.settled
      if ((rowWords[settled] as number) >= settledHits) return
      rowWords[settled] = (rowWords[settled] as number) + 1
      collect()
      look()
      frames[at * frameStride + frame.flags] = frameFlag.open | frameFlag.settled
    },
  }
}
