import type { ProgramEnding } from './child-program.js'

/** Longer than a signal to oneself takes to arrive. */
const signalPatienceMs = 1000

const firstSignalCode = 128

/**
 * Ends this process as the program ended: with its exit code, or by its signal, so that a shell or a supervisor sees what it would have seen
 * without allocscope.
 */
export async function endAs({
  exitCode,
  signal,
}: Pick<ProgramEnding, 'exitCode'> & { readonly signal: string | undefined }): Promise<void> {
  if (signal === undefined) {
    process.exitCode = exitCode ?? 0
    return
  }
  process.kill(process.pid, signal)
  await new Promise((resolve) => setTimeout(resolve, signalPatienceMs))
  process.exitCode = firstSignalCode
}
