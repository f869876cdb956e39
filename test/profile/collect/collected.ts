import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { readProfiles } from '../../../lib/profile/collect/index.js'
import type { FunctionProfile, LineFigures, LineProfile } from '../../../lib/profile/line-profile.js'
import { runFile } from '../../installed/run-file.js'

export const programs = path.join(__dirname, 'programs')

export interface RunOptions {
  readonly node?: string
  readonly flags?: readonly string[]
  readonly args?: readonly string[]
}

/** Makes a folder for a record, and removes it with what `use` has left there. */
export async function withRecordFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(path.join(tmpdir(), 'allocscope-test-'))
  try {
    return await use(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function commandOf(mode: string, folder: string, program: string, { flags = [], args = [] }: RunOptions): string[] {
  return [...flags, path.join(programs, 'collect.cjs'), mode, folder, program, ...args]
}

/** The profiles of a program of `programs`, run to its end in a node of its own. */
export async function collect(mode: string, program: string, options: RunOptions = {}): Promise<LineProfile[]> {
  return withRecordFolder(async (folder) => {
    await runFile(options.node ?? process.execPath, commandOf(mode, folder, program, options))
    return [...readProfiles(folder)]
  })
}

/** {@link collect}, with one run for all tests that ask for the same. */
export function collectOnce(mode: string, program: string, node: string): Promise<LineProfile[]> {
  const key = [mode, program, node].join()
  const run = runs.get(key) ?? collect(mode, program, { node })
  runs.set(key, run)
  return run
}

const runs = new Map<string, Promise<LineProfile[]>>()

/** Starts a program, for tests that end it. */
export function startCollected(mode: string, folder: string, program: string, options: RunOptions = {}): ChildProcess {
  return spawn(options.node ?? process.execPath, commandOf(mode, folder, program, options), { stdio: ['ignore', 'pipe', 'pipe'] })
}

export function functionNamed(profile: LineProfile | undefined, name: string): FunctionProfile {
  const found = profile?.functions.find((each) => each.name === name)
  if (found === undefined) throw new Error(`${name} isn't among ${profile?.functions.map((each) => each.name).join(', ') ?? 'nothing'}`)
  return found
}

/** The line of a function whose text has `part` in it. */
export function lineWith(lines: readonly LineFigures[], part: string): LineFigures {
  const found = lines.find(({ text }) => text.includes(part))
  if (found === undefined) throw new Error(`no line has ${part} in it`)
  return found
}

/** `// expect <bytes>` at the end of a line, or alone above it. */
export function expectationsIn(program: string): ReadonlyMap<number, number> {
  const lines = readFileSync(path.join(programs, program), 'utf8').split('\n')
  const expected = lines.flatMap((text, index) => {
    const match = /^(.*)\/\/ expect (\d+)$/.exec(text)
    return match === null ? [] : [[match[1]?.trim() === '' ? index + 2 : index + 1, Number(match[2])] as const]
  })
  return new Map(expected)
}
