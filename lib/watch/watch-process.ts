import { monotonicMs } from '../process/monotonic-clock.js'
import { commandOf } from '../process/node-processes.js'
import { pollMs, ProgramWatch } from './program-watch.js'
import type { WatchFilters, WatchListener } from './program-watch.js'
import { followWatch } from './watch-channel.js'
import { describeWatch } from './watch-report.js'
import type { WatchReport } from './watch-report.js'

/** A process that watches itself for us, as {@link watchUntil} does. */
export interface HostedWatch {
  readonly pid: number
  /** What it answered with. */
  readonly answer: unknown
  /** Resolves when it has ended. */
  readonly over: Promise<void>
  /** Ends the watch, and waits until the last reading is made. */
  end(): Promise<void>
}

/** Tells `listener` what is seen until the process has ended or `until` resolves. Answers with whether the process runs on. */
async function lookOn(hosted: HostedWatch, watch: ProgramWatch, until: Promise<unknown>): Promise<boolean> {
  const timer = setInterval(() => {
    watch.tick()
  }, pollMs)
  try {
    return await Promise.race([hosted.over.then(() => false), until.then(() => true)])
  } finally {
    clearInterval(timer)
  }
}

/**
 * Watches a process that runs, from its samples, until it ends or `until` resolves. It goes on, and its sampling thread has ended.
 *
 * @throws AllocscopeError `ERR_ALLOCSCOPE_ATTACH` when it answered with something else, and `ERR_ALLOCSCOPE_NO_ADDON`.
 */
export async function watchProcess(
  hosted: HostedWatch,
  filters: WatchFilters,
  listener: WatchListener,
  until: Promise<unknown>,
): Promise<WatchReport> {
  const { pid, answer } = hosted
  const [program = `process ${pid}`, ...programArguments] = commandOf(pid) ?? []
  const identity = { program, programArguments, pid, requested: undefined }
  const channel = followWatch(pid, answer)
  try {
    const startMs = performance.now()
    const watch = new ProgramWatch(channel, { ...identity, nodeOptions: [], intervalMs: filters.intervalMs }, filters, listener)
    const runsOn = await lookOn(hosted, watch, until)
    const durationMs = performance.now() - startMs
    const endedAtMs = monotonicMs()
    await hosted.end()
    watch.read()
    const ending = { exitCode: undefined, signal: undefined, runsOn, durationMs, endedAtMs, kernelPeakBytes: undefined }
    const { state, counts } = watch
    const observed = channel.lines()
    const report = describeWatch({ ...identity, ...ending, state, counts, observed, sampling: channel.ring.summary() })
    listener.event({ kind: 'end', ...report })
    return report
  } finally {
    channel.close()
  }
}
