import { askProcess } from '../attach/index.js'
import { formatDuration } from '../report/index.js'
import { reportOfRecord } from '../track/index.js'
import type { TrackingReport } from '../track/index.js'

const eraseLine = '\r\u001b[K'

/** How a process that runs is tracked. */
export interface ProcessTracking {
  readonly intervalBytes: number
  /** Undefined: until a signal ends it. */
  readonly forMs: number | undefined
  /** Whether V8 inlines nothing meanwhile. */
  readonly exactFunctions: boolean
}

/** Resolves after `forMs`, or with the first Ctrl-C or SIGTERM: what was found by then is reported. A second one ends the command, as without this. */
function untilEnded(forMs: number | undefined): { readonly ended: Promise<void>; readonly dispose: () => void } {
  let dispose: () => void = () => undefined
  const ended = new Promise<void>((resolve) => {
    // A timer keeps the command alive, as the socket does.
    const timer = forMs === undefined ? undefined : setTimeout(resolve, forMs)
    const onSignal = (): void => {
      resolve()
    }
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, onSignal)
    dispose = () => {
      clearTimeout(timer)
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, onSignal)
    }
  })
  return { ended, dispose }
}

/** Says on a terminal, once a second, how long it has been going on. */
function showTime(pid: number, forMs: number | undefined): () => void {
  if (!process.stderr.isTTY) return () => undefined
  const startMs = performance.now()
  const whole = forMs === undefined ? '' : ` of ${formatDuration(forMs)}`
  const show = (): void => {
    const soFar = formatDuration(Math.floor((performance.now() - startMs) / 1000) * 1000)
    process.stderr.write(`${eraseLine}  tracking process ${pid}: ${soFar}${whole}; Ctrl-C ends it and reports …`)
  }
  show()
  const timer = setInterval(show, 1000)
  return () => {
    clearInterval(timer)
    process.stderr.write(eraseLine)
  }
}

/** Tracks what process `pid` allocates from now on, and says what of it is live at the end. Throws what attaching and tracking throw. */
export async function trackProcess(pid: number, { intervalBytes, forMs, exactFunctions }: ProcessTracking): Promise<TrackingReport> {
  const { ended, dispose } = untilEnded(forMs)
  const hideTime = showTime(pid, forMs)
  try {
    return reportOfRecord(await askProcess(pid, { request: 'track', intervalBytes, exactFunctions }, ended))
  } finally {
    hideTime()
    dispose()
  }
}
