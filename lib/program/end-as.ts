import type { ProgramEnding } from './child-program.js'

/** A signal that this process sends to itself has arrived by then. */
const signalPatienceMs = 1000

const firstSignalCode = 128

/**
 * Ends this process as the program ended: with the same exit code, or by the same signal. So a shell or a supervisor sees what it would see without
 * allocscope. Only where the program ended well, and its report was lost, the exit code is `lostCode`.
 */
export async function endAs(
  { exitCode, signal }: Pick<ProgramEnding, 'exitCode'> & { readonly signal: string | undefined },
  lostCode = 0,
): Promise<void> {
  if (signal === undefined) {
    process.exitCode = exitCode === undefined || exitCode === 0 ? lostCode : exitCode
    return
  }
  process.kill(process.pid, signal)
  await new Promise((resolve) => setTimeout(resolve, signalPatienceMs))
  process.exitCode = firstSignalCode
}
