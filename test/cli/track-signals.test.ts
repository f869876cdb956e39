import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import type { TrackingReport } from '../../lib/track/index.js'
import { cli, plainEnvironment } from './run-cli.js'

// The same program under plain node is the oracle of how it ends and what it prints; what it holds is what it counts itself.

const subject = path.resolve('test/track/programs/signals.cjs')
const place = `hold ${subject}:6`
const heldBytes = 4_000_000

const folder = mkdtempSync(path.join(tmpdir(), 'track-signals-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

interface Ending {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** After the line that says that it is ready. */
  readonly stdout: string
}

type Target = 'program' | 'command' | 'group'

/** Runs it until it ends. When the program is ready, `signal` is sent to the program itself, to the command that was started, or to its whole group. */
function endOf(args: readonly string[], signal?: NodeJS.Signals, target: Target = 'command'): Promise<Ending> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { env: plainEnvironment(), detached: true, stdio: ['ignore', 'pipe', 'inherit'] })
    let stdout = ''
    let isSent = signal === undefined
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      stdout += chunk
      const program = /^ready (\d+)\n/.exec(stdout)?.[1]
      if (isSent || program === undefined) return
      isSent = true
      const own = child.pid ?? 0
      process.kill({ program: Number(program), command: own, group: -own }[target], signal)
    })
    child.once('error', reject)
    child.once('close', (code, endedBy) => {
      resolve({ code, signal: endedBy, stdout: stdout.replace(/^ready \d+\n/, '') })
    })
  })
}

let files = 0
async function track(way: readonly string[], signal?: NodeJS.Signals, target?: Target): Promise<Ending & { readonly liveBytes: number }> {
  const file = path.join(folder, `report-${(files += 1)}`)
  // Otherwise a line that V8 compiles meanwhile has two rows.
  const flags = ['--json', '--exact-lines', '--interval', '1', '-o', file]
  const ending = await endOf([cli, 'track', ...flags, subject, ...way], signal, target)
  const { lines } = JSON.parse(readFileSync(file, 'utf8')) as TrackingReport
  return { ...ending, liveBytes: lines.find(({ name }) => name === place)?.liveBytes ?? 0 }
}

/** What node itself takes for a buffer is some hundred bytes. */
function expectHeld(liveBytes: number): void {
  expect(liveBytes).toBeGreaterThanOrEqual(heldBytes)
  expect(liveBytes).toBeLessThan(heldBytes * 1.1)
}

describe.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s', (signal) => {
  test.each([
    ['waits', 'program'],
    ['waits', 'command'],
    ['waits', 'group'],
    ['blocks', 'program'],
    ['handles', 'command'],
    ['rethrows', 'program'],
  ] as const)('a program that %s, sent to the %s: it ends as it does by itself, and its report is there', async (way, target) => {
    const plain = await endOf([subject, way], signal)
    const { liveBytes, ...ending } = await track([way], signal, target)
    expect(ending).toEqual(plain)
    expectHeld(liveBytes)
  })

  test('one that sends it to itself runs nothing afterwards', async () => {
    const { liveBytes, ...ending } = await track(['ends', signal])
    expect(ending).toEqual({ code: null, signal, stdout: '' })
    expect(ending).toEqual(await endOf([subject, 'ends', signal]))
    expectHeld(liveBytes)
  })
})

test('the program has no listener that it did not make', async () => {
  expect(await track(['counts'])).toMatchObject({ code: 0, signal: null })
})
