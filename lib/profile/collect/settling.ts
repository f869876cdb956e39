import v8 from 'node:v8'
import vm from 'node:vm'

import type { Looking } from './probes.js'
import { frame, frameFlag, frameStride, rowWord, rowWordStride } from './state-layout.js'
import type { Views } from './views.js'

/** V8's bare `gc`: called without options it is a full collection on every version of Node. */
export function bareGc(): () => void {
  v8.setFlagsFromString('--expose-gc')
  return vm.runInNewContext('gc') as () => void
}

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
  return {
    lookAtEnd(at) {
      if (((frames[at * frameStride + frame.flags] as number) & frameFlag.settled) !== 0) {
        frames[at * frameStride + frame.flags] = frameFlag.open
        gc()
      }
      look()
    },
    beforeLine(at) {
      const settled = (frames[at * frameStride + frame.line] as number) * rowWordStride + rowWord.settled
      if ((rowWords[settled] as number) >= settledHits) return
      rowWords[settled] = (rowWords[settled] as number) + 1
      gc()
      look()
      frames[at * frameStride + frame.flags] = frameFlag.open | frameFlag.settled
    },
  }
}
