import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import type { FunctionProfile, ProfileDocument } from '../../lib/profile/index.js'
import { cli, plainEnvironment } from '../cli/run-cli.js'

/** The subpath export as it is built. */
export const register = path.resolve('dist/register/register.mjs')

/** How a program ended, and what it printed. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export type OnOutput = (child: ChildProcessWithoutNullStreams, stdout: string) => void

export function program(name: string): string {
  return path.resolve('test/profile/programs', name)
}

/** Runs `node` with `args` until it has ended and everybody has closed its standard streams: the process that reports a crash has them, too. */
export function run(node: string, args: readonly string[], env: NodeJS.ProcessEnv = {}, onOutput?: OnOutput): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(node, args, { env: plainEnvironment(env) })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      stdout += chunk
      onOutput?.(child, stdout)
    })
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk))
    child.once('error', reject)
    child.once('close', (code, signal) => {
      // Node's warnings name the process.
      resolve({ code, signal, stdout, stderr: stderr.replace(/^\(node:\d+\)/gm, '(node)') })
    })
    child.stdin.on('error', () => undefined)
    child.stdin.end()
  })
}

const folder = mkdtempSync(path.join(tmpdir(), 'profile-test-'))
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})
let files = 0

/** A name of its own for each file that a test writes. */
export function scratchFile(extension: string): string {
  return path.join(folder, `${(files += 1)}${extension}`)
}

export function readDocument(file: string): ProfileDocument {
  return JSON.parse(readFileSync(file, 'utf8')) as ProfileDocument
}

/** `allocscope profile --json …args` under `node`. */
export async function profileProgram(
  node: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  onOutput?: OnOutput,
): Promise<Ended & { readonly document: ProfileDocument }> {
  const file = scratchFile('.json')
  const ended = await run(node, [cli, 'profile', '--json', '--output', file, ...args], env, onOutput)
  return { ...ended, document: readDocument(file) }
}

/** The function of that name; fails the test where there is none. */
export function functionNamed({ functions }: Pick<ProfileDocument, 'functions'>, name: string): FunctionProfile {
  const found = functions.find((one) => one.name === name)
  if (found === undefined) throw new Error(`no function ${name} among ${functions.map((one) => one.name).join(', ')}`)
  return found
}

/** Occurrences of the lines that ran, by their text without its indentation. */
export function occurrences({ lines }: FunctionProfile): Readonly<Record<string, number>> {
  return Object.fromEntries(lines.filter((line) => line.occurrences > 0).map((line) => [line.text.trim(), line.occurrences]))
}

/** Whether any process has `text` in its command line. */
export function isRunning(text: string): boolean {
  return spawnSync('pgrep', ['-f', '--', text]).status === 0
}
