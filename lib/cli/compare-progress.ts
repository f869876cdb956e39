import type { CompareProgress } from '../compare/index.js'
import { formatDuration } from '../report/index.js'
import { styleFor } from './terminal.js'
import type { OutputStream } from './terminal.js'

const eraseLine = '\r\u001b[K'

/** Shows which run is made. After {@link CompareDisplay.end} the stream is ready for other text. */
export interface CompareDisplay {
  readonly show: (progress: CompareProgress) => void
  end(): void
}

/** One line on a terminal that changes with each run; nothing elsewhere. */
export function showCompareProgress(stream: OutputStream): CompareDisplay {
  const style = styleFor(stream)
  const startMs = performance.now()
  const isLive = stream.isTTY
  return {
    show: ({ label, done, total }) => {
      if (!isLive) return
      const leftMs = done === 0 ? undefined : ((performance.now() - startMs) / done) * (total - done)
      const left = leftMs === undefined ? '' : `, about ${formatDuration(leftMs)} left`
      const room = Math.max(20, stream.columns - 40)
      stream.write(`${eraseLine}  ${style.dim(`run ${done + 1} of ${total}${left}`)}  ${style.accent(label.slice(0, room))}`)
    },
    end: () => {
      if (isLive) stream.write(eraseLine)
    },
  }
}
