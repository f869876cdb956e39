import type { DemoProgress, DemoProgressListener } from '../demo/index.js'
import { formatBytes } from '../figures/index.js'
import { formatDuration } from '../report/index.js'
import { styleFor } from './terminal.js'
import type { OutputStream } from './terminal.js'

const barWidth = 24
const framePauseMs = 80
const eraseLine = '\r\u001b[K'

/** Shows the progress of a demo. After {@link DemoDisplay.end} the stream is ready for other text. */
export interface DemoDisplay extends DemoProgressListener {
  end(): void
}

function bar(fraction: number): string {
  const full = Math.round(Math.min(1, Math.max(0, fraction)) * barWidth)
  return '━'.repeat(full) + '╌'.repeat(barWidth - full)
}

function finishedLine({ phase, phaseMs, rssBytes }: DemoProgress): string {
  return `${phase.padEnd(34)} ${formatDuration(phaseMs).padStart(8)}   RSS ${formatBytes(rssBytes).padStart(11)}`
}

/** Shows a line for each completed phase, and on a terminal another one that moves. */
export function showDemoProgress(stream: OutputStream): DemoDisplay {
  const style = styleFor(stream)
  const isLive = stream.isTTY && stream.columns >= 80
  let lastFrameMs = 0
  return {
    advanced: (progress) => {
      const now = performance.now()
      if (!isLive || now - lastFrameMs < framePauseMs) return
      lastFrameMs = now
      const { phase, fraction, rssBytes } = progress
      stream.write(`${eraseLine}  ${phase.padEnd(34)} ${style.accent(bar(fraction))}  RSS ${formatBytes(rssBytes)}`)
    },
    finished: (progress) => {
      stream.write(`${isLive ? eraseLine : ''}  ${style.dim(finishedLine(progress))}\n`)
    },
    end: () => {
      stream.write(isLive ? `${eraseLine}\n` : '\n')
    },
  }
}
