import { spawn } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import path from 'node:path'

/** The command as it is installed: the built file. */
export const cli = path.resolve('dist/cli/main.js')

export interface CliResult {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface CliOptions {
  readonly input?: string
  readonly env?: NodeJS.ProcessEnv
  /** The node that runs the command. */
  readonly node?: string
  /** Called once the process is started. */
  readonly onStart?: (child: ChildProcessWithoutNullStreams) => void
  /** Called once the process is up, with what it has printed so far whenever that grows. */
  readonly onOutput?: (child: ChildProcessWithoutNullStreams, stdout: string) => void
  /** Called with what it has printed to standard error so far, whenever that grows. */
  readonly onError?: (stderr: string) => void
}

/** The environment of a user who has set none of the variables that matter here. */
export function plainEnvironment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const { LD_PRELOAD: _preload, FORCE_COLOR: _force, NO_COLOR: _no, NODE_OPTIONS: _options, ...others } = process.env
  const { ALLOCSCOPE_EXPECT_ALLOCATOR: _expected, ...rest } = others
  return { ...rest, ...more }
}

export function program(name: string): string {
  return path.resolve('test/cli/programs', name)
}

/** Runs `allocscope` with `args` until it ends. */
export function allocscope(
  args: readonly string[],
  { input = '', env = {}, node = process.execPath, onStart, onOutput, onError }: CliOptions = {},
): Promise<CliResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(node, [cli, ...args], { env: plainEnvironment(env) })
    onStart?.(child)
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      stdout += chunk
      onOutput?.(child, stdout)
    })
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      stderr += chunk
      onError?.(stderr)
    })
    child.once('error', reject)
    child.once('close', (code, signal) => {
      resolve({ code, signal, stdout, stderr })
    })
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
  })
}
