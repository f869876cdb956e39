import { execFile } from 'node:child_process'
import path from 'node:path'

import { AllocscopeError } from '../../errors/index.js'

/** A Python that has memory_profiler. */
export interface Python {
  /** `Python 3.11.2, memory_profiler 0.61.0`. */
  readonly version: string
  /** Runs a script of `examples/python`, and answers with what it prints. */
  readonly run: (script: string, scriptArguments: readonly string[]) => Promise<string>
}

const asksVersion =
  "import sys, memory_profiler; print('Python ' + sys.version.split()[0] + ', memory_profiler ' + memory_profiler.__version__)"
const mostOutputBytes = 16 * 1024 ** 2

function call(command: string, given: readonly string[], signal: AbortSignal | undefined): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(command, given, { maxBuffer: mostOutputBytes, ...(signal && { signal }) }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout)
      else if (signal?.aborted === true) reject(signal.reason as Error)
      else {
        const reason = stderr.trim().split('\n').at(-1) ?? ''
        reject(
          new AllocscopeError('ERR_ALLOCSCOPE_PROGRAM', `${command} failed: ${reason === '' ? error.message : reason}`, { cause: error }),
        )
      }
    })
  })
}

/**
 * Looks for a Python with memory_profiler, before anything is measured.
 *
 * @throws AllocscopeError `ERR_ALLOCSCOPE_PROGRAM` when it isn't there, or can't import memory_profiler.
 */
export async function findPython(command: string, signal: AbortSignal | undefined): Promise<Python> {
  const version = (await call(command, ['-c', asksVersion], signal)).trim()
  const folder = path.join(__dirname, '..', '..', '..', 'examples', 'python')
  return { version, run: (script, scriptArguments) => call(command, [path.join(folder, script), ...scriptArguments], signal) }
}
