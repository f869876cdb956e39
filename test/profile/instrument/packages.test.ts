import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const exercises = path.resolve('test/profile/instrument/packages/exercises.cjs')
const preload = path.resolve('test/profile/instrument/packages/instrument-all.cjs')

interface Seen {
  readonly files: number
  readonly functions: number
  readonly refused: number
  readonly calls: number
  readonly lines: number
  readonly suspensions: number
  readonly wrong: number
}

async function exercise(name: string, flags: readonly string[]): Promise<{ output: string; seen: string }> {
  const { stdout, stderr } = await run(process.execPath, ['--stack-size=2000', ...flags, exercises, name], { maxBuffer: 2 ** 28 })
  return { output: stdout, seen: stderr.trim().split('\n').at(-1) ?? '' }
}

/** Each works with the package for a second or so; what it prints is known from the package as it is, in a process of its own. */
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
])(
  '%s prints the same with all of its functions instrumented',
  async (name, atLeastFunctions) => {
    const plain = await exercise(name, [])
    const instrumented = await exercise(name, ['--require', preload])
    const seen = JSON.parse(instrumented.seen) as Seen
    console.log(`${name}: ${instrumented.seen}, ${plain.output.length} characters`)
    expect(instrumented.output === plain.output).toBe(true)
    expect(plain.output.length).toBeGreaterThan(400)
    expect(seen.functions).toBeGreaterThan(atLeastFunctions)
    expect(seen.calls).toBeGreaterThan(atLeastFunctions)
    expect(seen.refused).toBeLessThan(seen.functions / 100)
    expect(seen.wrong).toBe(0)
  },
  120_000,
)
