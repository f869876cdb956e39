import { execFile } from 'node:child_process'
import type { ExecFileException, ExecFileOptions } from 'node:child_process'
import { promisify } from 'node:util'

interface Output {
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program to its end. Where it fails, the error says how it ended: the message of Node's own has neither the code nor the signal. */
export async function runFile(file: string, args: readonly string[] = [], options: ExecFileOptions = {}): Promise<Output> {
  try {
    return await promisify(execFile)(file, args, { ...options, encoding: 'utf8' })
  } catch (error) {
    const failed = error as ExecFileException
    failed.message = `${failed.signal ?? failed.code}: ${failed.message}`
    throw error
  }
}
