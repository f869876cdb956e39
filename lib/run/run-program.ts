import path from 'node:path'

import { watchChildren } from '../process/child-processes.js'
import { watchFromOutside } from '../process/index.js'
import { monotonicMs } from '../process/monotonic-clock.js'
import { prepareProgram, requireProc } from '../program/index.js'
import type { ProgramOptions } from '../program/index.js'
import { openRun, runVariable } from './run-channel.js'
import { describeRun } from './run-report.js'
import type { RunReport } from './run-report.js'

/** Comes before the program's own preloads, so that the first reading is of a process that has done nothing yet. */
const preloadFlags = ['--require', path.join(__dirname, 'run-preload.js')]

/** Milliseconds between two looks at the program's child processes. */
const childLookMs = 100

/** Options of {@link runProgram}. */
export interface RunOptions extends Pick<ProgramOptions, 'allocator'> {
  /** Flags for node itself. */
  readonly nodeOptions: readonly string[]
  /** Milliseconds between samples. */
  readonly intervalMs: number
  /** Whether to collect everything when the program ends, and to read once more. False by default. */
  readonly collect?: boolean
}

/**
 * Runs `program` with this same node and this process's standard streams, and reports on its memory. This process's signals are forwarded to the
 * program. The program doesn't see that it is observed: it finds no additional descriptor, variable or flag. The exception is `LD_PRELOAD`, when an
 * allocator was asked for.
 *
 * @throws AllocscopeError `ERR_ALLOCSCOPE_PROGRAM` when the program doesn't exist or can't be started, `ERR_ALLOCSCOPE_ALLOCATOR_NOT_FOUND`,
 * `ERR_ALLOCSCOPE_PROC_UNREADABLE`.
 */
export async function runProgram(program: string, programArguments: readonly string[], options: RunOptions): Promise<RunReport> {
  const { allocator, intervalMs, nodeOptions, collect = false } = options
  requireProc()
  const found = prepareProgram(program, programArguments, { allocator, nodeFlags: [...preloadFlags, ...nodeOptions] })
  const channel = openRun({ intervalMs, collect })
  try {
    const startMs = performance.now()
    const { pid, ended } = found.start({ [runVariable]: channel.address })
    const stopWatching = pid === 0 ? () => undefined : watchFromOutside(pid, Math.max(intervalMs, 20))
    const stopLooking = pid === 0 ? () => undefined : watchChildren(pid, childLookMs)
    const { exitCode, signal } = await ended
    const endedAtMs = monotonicMs()
    const kernel = stopWatching()
    const children = stopLooking()
    const durationMs = performance.now() - startMs
    const run = { program, programArguments, nodeOptions, pid, exitCode, signal, durationMs, intervalMs, kernel, children }
    return describeRun({ ...run, endedAtMs, requested: found.requested, observed: channel.read() })
  } finally {
    channel.close()
  }
}
