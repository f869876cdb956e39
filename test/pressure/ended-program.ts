import type { ChildProcessWithoutNullStreams } from 'node:child_process'

/** How a program ended, and what it printed. */
export interface EndedProgram {
  readonly pid: number
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** Resolves when it has. */
export async function endOf(child: ChildProcessWithoutNullStreams): Promise<EndedProgram> {
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (piece: Buffer) => {
    stdout += piece.toString()
  })
  child.stderr.on('data', (piece: Buffer) => {
    stderr += piece.toString()
  })
  return await new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      resolve({ pid: child.pid as number, code, signal, stdout, stderr })
    })
  })
}
