import { spawn } from 'node:child_process'
import path from 'node:path'

import { findAllocatorLibrary, preloadWith } from './allocator-library.js'
import type { AllocatorChoice } from './allocator-library.js'
import { endingOf, findProgram } from './child-program.js'
import { forwardSignals } from './forward-signals.js'
import { watchFromOutside } from './kernel-watch.js'
import { openRecord, recordVariable } from './record-channel.js'
import { describeRun } from './run-report.js'
import type { RunReport } from './run-report.js'

/** Options of {@link runProgram}. */
export interface RunOptions {
  /** Milliseconds between samples. */
  readonly intervalMs: number
  /** The allocator to run under; undefined leaves the environment's. */
  readonly allocator: AllocatorChoice | undefined
  /** Options for node itself. */
  readonly nodeOptions: readonly string[]
}

function environmentFor(address: string, options: RunOptions, library: string | undefined): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = { ...process.env, [recordVariable]: address }
  if (options.allocator === undefined) return environment
  const preload = preloadWith(library, process.env['LD_PRELOAD'])
  delete environment['LD_PRELOAD']
  return preload === undefined ? environment : { ...environment, LD_PRELOAD: preload }
}

/**
 * Runs `program` with this very node, its standard streams left alone, and says what its memory did. Signals that reach this process reach the
 * program. The program isn't told that it is watched: no descriptor, variable or flag is left for it to see, but for `LD_PRELOAD` where an
 * allocator was asked for.
 *
 * @throws AllocscopeError `ERR_ALLOCSCOPE_PROGRAM` when the program doesn't exist or can't be started, `ERR_ALLOCSCOPE_ALLOCATOR_NOT_FOUND`.
 */
export async function runProgram(program: string, programArguments: readonly string[], options: RunOptions): Promise<RunReport> {
  const file = findProgram(program)
  const { allocator, intervalMs, nodeOptions } = options
  const library = allocator === undefined || allocator === 'glibc' ? undefined : findAllocatorLibrary(allocator)
  const record = openRecord(intervalMs)
  try {
    const preload = path.join(__dirname, 'preload.js')
    const startMs = performance.now()
    const child = spawn(process.execPath, ['--require', preload, ...nodeOptions, file, ...programArguments], {
      stdio: 'inherit',
      env: environmentFor(record.address, options, library),
    })
    const ended = endingOf(child)
    const stopForwarding = forwardSignals(child)
    const stopWatching = child.pid === undefined ? () => undefined : watchFromOutside(child.pid, Math.max(intervalMs, 20))
    const { exitCode, signal } = await ended.finally(stopForwarding)
    const kernel = stopWatching()
    const durationMs = performance.now() - startMs
    const requested = allocator === undefined ? undefined : { allocator, library }
    const run = { program, programArguments, nodeOptions, pid: child.pid ?? 0, exitCode, signal, durationMs, intervalMs, requested, kernel }
    return describeRun({ ...run, recording: record.read() })
  } finally {
    record.close()
  }
}
