import { watchFromOutside } from './kernel-watch.js'
import { openRecord, recordVariable } from './record-channel.js'
import { describeRun } from './run-report.js'
import type { RunReport } from './run-report.js'
import { prepareProgram } from './start-program.js'
import type { ProgramOptions } from './start-program.js'

/** Options of {@link runProgram}. */
export interface RunOptions extends ProgramOptions {
  /** Milliseconds between samples. */
  readonly intervalMs: number
}

/**
 * Runs `program` with this very node, its standard streams left alone, and says what its memory did. Signals that reach this process reach the
 * program. The program isn't told that it is watched: no descriptor, variable or flag is left for it to see, but for `LD_PRELOAD` where an
 * allocator was asked for.
 *
 * @throws AllocscopeError `ERR_ALLOCSCOPE_PROGRAM` when the program doesn't exist or can't be started, `ERR_ALLOCSCOPE_ALLOCATOR_NOT_FOUND`.
 */
export async function runProgram(program: string, programArguments: readonly string[], options: RunOptions): Promise<RunReport> {
  const { allocator, intervalMs, nodeOptions } = options
  const found = prepareProgram(program, programArguments, options)
  const record = openRecord(intervalMs)
  try {
    const startMs = performance.now()
    const { pid, library, ended } = found.start({ [recordVariable]: record.address })
    const stopWatching = pid === 0 ? () => undefined : watchFromOutside(pid, Math.max(intervalMs, 20))
    const { exitCode, signal } = await ended
    const kernel = stopWatching()
    const durationMs = performance.now() - startMs
    const requested = allocator === undefined ? undefined : { allocator, library }
    const run = { program, programArguments, nodeOptions, pid, exitCode, signal, durationMs, intervalMs, requested, kernel }
    return describeRun({ ...run, recording: record.read() })
  } finally {
    record.close()
  }
}
