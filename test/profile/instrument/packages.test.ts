import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'

import type { ProfileDocument } from '../../../lib/profile/index.js'

const run = promisify(execFile)
const folder = path.resolve('test/profile/instrument/packages')
const preload = path.join(folder, 'instrument-all.cjs')
const cli = path.resolve('dist/cli/main.js')
/** A profiled function takes more of the stack. */
const roomierStack = '--stack-size=2000'

/** What instrument-all.cjs says at the end. */
interface Seen {
  readonly files: number
  readonly functions: number
  readonly refused: number
  readonly calls: number
  readonly lines: number
  readonly suspensions: number
  readonly wrong: number
}

let output: string
beforeAll(() => {
  output = mkdtempSync(path.join(os.tmpdir(), 'allocscope-packages-'))
})
afterAll(() => {
  rmSync(output, { recursive: true })
})

async function node(args: readonly string[]): Promise<{ stdout: string; lastError: string }> {
  const { stdout, stderr } = await run(process.execPath, args, { maxBuffer: 2 ** 28 })
  return { stdout, lastError: stderr.trim().split('\n').at(-1) ?? '' }
}

const plainOutputs = new Map<string, Promise<string>>()

/** What the package prints as it is: asked once, whatever it is compared with. */
function plainOutput(exercises: string, name: string): Promise<string> {
  const key = `${exercises} ${name}`
  const made = plainOutputs.get(key) ?? node([roomierStack, exercises, name]).then(({ stdout }) => stdout)
  plainOutputs.set(key, made)
  return made
}

async function profile(exercises: string, name: string): Promise<{ stdout: string; document: ProfileDocument }> {
  const file = path.join(output, `${name.replace('/', '-')}.json`)
  const options = ['--file', '**/node_modules/**', '--json', '--output', file, '--node-option', roomierStack]
  const { stdout } = await node([cli, 'profile', ...options, exercises, name])
  return { stdout, document: JSON.parse(readFileSync(file, 'utf8')) as ProfileDocument }
}

/**
 * Each works with the package for a second or so; what it prints is known from the package as it is, in a process of its own. `atLeast` is how many
 * functions of it are known to be there.
 */
test.each([
  ['semver', 50],
  ['picomatch', 50],
  ['commander', 100],
  ['acorn', 100],
  ['typescript', 3000],
  ['prettier', 1000],
  ['yargs', 200],
  ['ajv', 200],
  ['handlebars', 200],
  ['marked', 50],
  ['js-yaml', 80],
  ['highlight.js', 100],
  ['parse5', 100],
  ['esquery', 50],
  ['@babel/generator', 500],
  ['fast-check', 500],
  ['eslint', 1000],
])('%s prints the same with all of its functions instrumented', async (name, atLeast) => {
  const exercises = path.join(folder, 'exercises.cjs')
  const plain = await plainOutput(exercises, name)
  const instrumented = await node([roomierStack, '--require', preload, exercises, name])
  const seen = JSON.parse(instrumented.lastError) as Seen
  console.log(`${name}: ${instrumented.lastError}, ${plain.length} characters`)
  expect(instrumented.stdout === plain).toBe(true)
  expect(plain.length).toBeGreaterThan(400)
  expect(seen.functions).toBeGreaterThan(atLeast)
  expect(seen.calls).toBeGreaterThan(atLeast)
  expect(seen.refused).toBeLessThan(seen.functions / 100)
  expect(seen.wrong).toBe(0)
})

test.each([
  ['exercises.cjs', 'semver', 20],
  ['exercises.cjs', 'commander', 40],
  ['exercises.cjs', 'yargs', 80],
  ['exercises.cjs', 'handlebars', 80],
  ['exercises.cjs', '@babel/generator', 200],
  ['exercises.mjs', 'acorn', 50],
  ['exercises.mjs', 'marked', 20],
  ['exercises.mjs', 'prettier', 300],
])('%s %s prints the same profiled', async (file, name, atLeast) => {
  const exercises = path.join(folder, file)
  const plain = await plainOutput(exercises, name)
  const profiled = await profile(exercises, name)
  expect(profiled.stdout === plain).toBe(true)
  expect(plain.length).toBeGreaterThan(400)
  expect(profiled.document.functions.length).toBeGreaterThan(atLeast)
})
