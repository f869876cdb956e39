import { formatBytes } from '../figures/index.js'
import { formatDuration } from '../report/index.js'
import { styleFor } from './terminal.js'
import type { OutputStream } from './terminal.js'

const barWidth = 24
const phaseWidth = 34
const framePauseMs = 80
const eraseLine = '\r\u001b[K'

/** How far some work in phases is. */
export interface PhaseProgress {
  readonly phase: string
  /** Share of the work that is done, 0 to 1. */
  readonly fraction: number
  readonly phaseMs: number
  /** Undefined where the work is done by other processes. */
  readonly rssBytes?: number
}

/** Shows the progress. After {@link ProgressDisplay.end} the stream is ready for other text. */
export interface ProgressDisplay {
  advanced(progress: PhaseProgress): void
  finished(progress: PhaseProgress): void
  end(): void
}

function bar(fraction: number): string {
  const full = Math.round(Math.min(1, Math.max(0, fraction)) * barWidth)
  return '━'.repeat(full) + '╌'.repeat(barWidth - full)
}

function finishedLine({ phase, phaseMs, rssBytes }: PhaseProgress): string {
  const rss = rssBytes === undefined ? '' : `   RSS ${formatBytes(rssBytes).padStart(11)}`
  return `${phase.padEnd(phaseWidth)} ${formatDuration(phaseMs).padStart(8)}${rss}`
}

/** Shows a line for each completed phase, and on a terminal another one that moves. */
export function showProgress(stream: OutputStream): ProgressDisplay {
  const style = styleFor(stream)
  const isLive = stream.isTTY && stream.columns >= 80
  let lastFrameMs = 0
  return {
    advanced: (progress) => {
      const now = performance.now()
      if (!isLive || now - lastFrameMs < framePauseMs) return
      lastFrameMs = now
      const { phase, fraction, rssBytes } = progress
      const rss = rssBytes === undefined ? '' : `  RSS ${formatBytes(rssBytes)}`
      stream.write(`${eraseLine}  ${phase.padEnd(phaseWidth)} ${style.accent(bar(fraction))}${rss}`)
    },
    finished: (progress) => {
      stream.write(`${isLive ? eraseLine : ''}  ${style.dim(finishedLine(progress))}\n`)
    },
    end: () => {
      stream.write(isLive ? `${eraseLine}\n` : '\n')
    },
  }
}
