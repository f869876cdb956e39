import type { Looking } from './probes.js'
import { frame, frameFlag, frameStride, rowWord, rowWordStride } from './state-layout.js'
import type { Views } from './views.js'

/** V8's caches of compiled code let go of what wasn't used during so many collections: what loading has left there would go on some line's account. */
const agingCollections = 10

/**
 * Collects everything before and after the first executions of each line, so that what such a line is charged with, net, is what it keeps. What
 * a collection frees is charged to nobody's settled line: it comes before the line begins or when all before is charged.
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
