import { renderLiveLines, renderLiveTracking } from '../report/tracking/index.js'
import { LiveSession, LiveTree, MomentLog } from '../track/index.js'
import type { FollowedMoments, FollowedTree, LiveView, Moment, MomentPace } from '../track/index.js'
import { isLiveTerminal, LiveScreen } from './live-screen.js'
import { styleFor } from './terminal.js'

/** A program that runs for a second has enough of them; one that runs for a day hardly notices them. */
const logPace = { periodMs: 100, longestMs: 60_000 }
const livePeriodMs = 1000

/** Where it is no terminal, lines come so far apart; and so many places have one. */
const [linesMs, linesTop] = [5000, 5]

/** A view that is older says so: moments come each second. */
const silentMs = 3000

/** What is asked for besides the report at the end. */
export interface AskedMoments {
  /** A log of the whole session. */
  readonly log: boolean
  /** What is live while it runs, of this program or process. */
  readonly liveOf: string | undefined
}

/** The moments of a session, and what is made of them. */
export interface SessionMoments {
  /** For whoever tracks. Undefined where none are wanted. */
  readonly moments: FollowedMoments | undefined
  readonly log: MomentLog | undefined
  readonly live: LiveSession | undefined
  /** Takes the view away. */
  readonly close: () => void
}

/** The same of a program with all that it starts. */
export interface TreeMoments {
  readonly moments: FollowedTree | undefined
  readonly close: () => void
}

/** What is live now, of one process or of several. */
interface LiveSource {
  view(): LiveView | undefined
}

interface LiveDisplay {
  readonly show: () => void
  readonly close: () => void
}

/** Lines on standard error, every few seconds. */
function showLines(session: LiveSource): LiveDisplay {
  let lastMs = -Infinity
  const show = (): void => {
    const now = performance.now()
    const view = now - lastMs < linesMs * 0.96 ? undefined : session.view()
    // With a log moments come early, too.
    if (view === undefined || view.durationMs < livePeriodMs * 0.9) return
    lastMs = now
    process.stderr.write(renderLiveLines(view, linesTop))
  }
  return { show, close: () => undefined }
}

/** A view at the bottom of the terminal, above which the program's own output scrolls. */
function showView(session: LiveSource, subject: string, stream: NodeJS.WriteStream & import('node:tty').WriteStream): LiveDisplay {
  let view = session.view()
  let toldMs = performance.now()
  const silence = (): number => {
    const ms = performance.now() - toldMs
    return ms < silentMs ? 0 : Math.floor(ms / 1000) * 1000
  }
  const screen = new LiveScreen(stream, (rows) =>
    view === undefined ? [] : renderLiveTracking(view, { subject, silentMs: silence() }, rows, styleFor(stream)),
  )
  const timer = setInterval(() => {
    if (view !== undefined && silence() > 0) screen.draw()
  }, livePeriodMs)
  const show = (): void => {
    const now = performance.now()
    // With a log they come more often at first.
    if (view !== undefined && now - toldMs < livePeriodMs * 0.9) return
    toldMs = now
    view = session.view()
    screen.draw()
  }
  const close = (): void => {
    clearInterval(timer)
    screen.close()
  }
  return { show, close }
}

function show(source: LiveSource, subject: string): LiveDisplay {
  const { stderr } = process
  return isLiveTerminal(stderr) ? showView(source, subject, stderr) : showLines(source)
}

/** Begins to follow a program with all that it starts, each process by itself, as far as that is asked for. */
export function followTree({ log: isLogged, liveOf }: AskedMoments): TreeMoments {
  if (!isLogged && liveOf === undefined) return { moments: undefined, close: () => undefined }
  const logs = new Map<number, MomentLog>()
  const live = liveOf === undefined ? undefined : new LiveTree()
  const display = live && show(live, liveOf ?? '')
  const logOf = (pid: number): MomentLog | undefined => {
    const log = isLogged ? (logs.get(pid) ?? new MomentLog()) : undefined
    if (log !== undefined) logs.set(pid, log)
    return log
  }
  const onMoment = (moment: Moment): void => {
    logOf(moment.pid)?.add(moment)
    live?.add(moment)
    display?.show()
  }
  const onEnded = (pid: number): void => {
    logs.delete(pid)
    live?.end(pid)
  }
  return { moments: { pace: paceOf(isLogged, live !== undefined), onMoment, onEnded, logOf }, close: () => display?.close() }
}

/** How often moments are taken: early ones for a log, and one each second for a view. */
function paceOf(isLogged: boolean, isLive: boolean): MomentPace {
  return { periodMs: isLogged ? logPace.periodMs : livePeriodMs, longestMs: isLive ? livePeriodMs : logPace.longestMs }
}

/** Begins to follow a session's moments, as far as they are asked for. */
export function followSession({ log: isLogged, liveOf }: AskedMoments): SessionMoments {
  if (!isLogged && liveOf === undefined) return { moments: undefined, log: undefined, live: undefined, close: () => undefined }
  const log = isLogged ? new MomentLog() : undefined
  const live = liveOf === undefined ? undefined : new LiveSession()
  const display = live && show(live, liveOf ?? '')
  const onMoment = (moment: Moment): void => {
    log?.add(moment)
    live?.add(moment)
    display?.show()
  }
  return { moments: { pace: paceOf(isLogged, live !== undefined), onMoment }, log, live, close: () => display?.close() }
}
