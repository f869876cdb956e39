import type { RunReport } from '../record/index.js'

/** Longer than a signal to oneself takes to arrive. */
const signalPatienceMs = 1000

const firstSignalCode = 128

/**
 * Ends this process as the program ended: with its exit code, or by its signal, so that a shell or a supervisor sees what it would have seen
 * without allocscope.
 */
export async function endAs({ exitCode, signal }: Pick<RunReport, 'exitCode' | 'signal'>): Promise<void> {
  if (signal === undefined) {
    process.exitCode = exitCode ?? 0
    return
  }
  process.kill(process.pid, signal)
  await new Promise((resolve) => setTimeout(resolve, signalPatienceMs))
  process.exitCode = firstSignalCode
}
