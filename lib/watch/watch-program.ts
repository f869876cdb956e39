import path from 'node:path'

import { watchFromOutside } from '../process/index.js'
import { monotonicMs } from '../process/monotonic-clock.js'
import { prepareProgram } from '../program/index.js'
import type { ProgramOptions, StartedProgram } from '../program/index.js'
import { pollMs, ProgramWatch } from './program-watch.js'
import type { WatchFilters, WatchListener } from './program-watch.js'
import { openWatch, watchVariable } from './watch-channel.js'
import { describeWatch } from './watch-report.js'
import type { WatchReport } from './watch-report.js'

/** Comes before the program's own preloads, so that the watch begins in a process that has done nothing yet. */
const preloadFlags = ['--require', path.join(__dirname, 'watch-preload.js')]

/** Options of {@link watchProgram}. */
export interface WatchProgramOptions extends Pick<ProgramOptions, 'allocator'>, WatchFilters {
  /** Flags for node itself. */
  readonly nodeOptions: readonly string[]
  /** Sends the program SIGTERM after this many milliseconds. Undefined lets it run. */
  readonly durationMs: number | undefined
}

function endAfter(started: StartedProgram, durationMs: number | undefined): void {
  if (durationMs === undefined) return
  const timer = setTimeout(() => {
    started.kill('SIGTERM')
  }, durationMs)
  const clear = (): void => {
    clearTimeout(timer)
  }
  started.ended.then(clear, clear)
}

/**
 * Runs `program` with this same node, as `allocscope run` does, and with a sampling thread in it. This process reads the samples from outside, even
 * while the program's own threads are blocked. The program has one more descriptor than under plain node, and about 1 MiB of its RSS holds samples.
 *
 * @throws AllocscopeError `ERR_ALLOCSCOPE_PROGRAM` when the program doesn't exist or can't be started, `ERR_ALLOCSCOPE_ALLOCATOR_NOT_FOUND`, or
 *   `ERR_ALLOCSCOPE_NO_ADDON` when the addon can't be loaded.
 */
export async function watchProgram(
  program: string,
  programArguments: readonly string[],
  options: WatchProgramOptions,
  listener: WatchListener,
): Promise<WatchReport> {
  const { allocator, intervalMs, nodeOptions } = options
  const found = prepareProgram(program, programArguments, { allocator, nodeFlags: [...preloadFlags, ...nodeOptions] })
  const channel = openWatch(intervalMs)
  try {
    const startMs = performance.now()
    const started = found.start({ [watchVariable]: channel.address }, channel.ring.descriptor)
    endAfter(started, options.durationMs)
    const { pid } = started
    const { requested } = found
    const watch = new ProgramWatch(channel, { program, programArguments, nodeOptions, pid, intervalMs, requested }, options, listener)
    const stopLooking = pid === 0 ? () => undefined : watchFromOutside(pid, pollMs)
    const timer = setInterval(() => {
      watch.tick()
    }, pollMs)
    const ending = await started.ended.finally(() => {
      clearInterval(timer)
    })
    const endedAtMs = monotonicMs()
    const kernelPeakBytes = stopLooking()?.peakRssBytes
    watch.read()
    const durationMs = performance.now() - startMs
    const { state, counts } = watch
    const outcome = { program, programArguments, pid, ...ending, durationMs, endedAtMs, requested, state, counts, kernelPeakBytes }
    const report = describeWatch({ ...outcome, runsOn: undefined, observed: channel.lines(), sampling: channel.ring.summary() })
    listener.event({ kind: 'end', ...report })
    return report
  } finally {
    channel.close()
  }
}
