import { askProcess } from '../attach/index.js'
import type { Invite } from '../attach/index.js'
import { formatDuration } from '../report/index.js'
import { followMomentsIn, recordOfAnswer } from '../track/index.js'
import type { FollowedMoments, TrackRecord } from '../track/index.js'
import { untilEnded } from './until-ended.js'

const eraseLine = '\r\u001b[K'

/** How a process that runs is tracked. */
export interface ProcessTracking {
  readonly intervalBytes: number
  /** Undefined: until a signal ends it. */
  readonly forMs: number | undefined
  /** Whether V8 inlines nothing meanwhile. */
  readonly exactFunctions: boolean
  /** What is told of moments meanwhile. Without it none are taken. */
  readonly moments?: FollowedMoments | undefined
  /** Whether something else shows that it goes on. */
  readonly isShown?: boolean
  readonly invite?: Invite | undefined
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
export async function trackProcess(
  pid: number,
  { intervalBytes, forMs, exactFunctions, moments, isShown = false, invite }: ProcessTracking,
): Promise<TrackRecord> {
  const { ended, dispose } = untilEnded(forMs)
  const hideTime = isShown ? (): void => undefined : showTime(pid, forMs)
  let stopFollowing: () => void = () => undefined
  const onMomentsFile = moments && ((file: string): void => void (stopFollowing = followMomentsIn(file, moments.onMoment)))
  const asked = moments === undefined ? {} : { moments: moments.pace }
  try {
    const request = { request: 'track', intervalBytes, exactFunctions, ...asked } as const
    return recordOfAnswer(await askProcess(pid, request, { until: ended, onMomentsFile }, invite))
  } finally {
    stopFollowing()
    hideTime()
    dispose()
  }
}
