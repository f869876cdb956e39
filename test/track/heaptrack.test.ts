import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import type { TrackingReport } from '../../lib/track/index.js'
import { allocscope } from '../cli/run-cli.js'
import { missingCommand, testWhere } from '../installed/test-where.js'

const withHeaptrack = testWhere(missingCommand('heaptrack'))
const unfreed = path.resolve('test/track/programs/unfreed.cjs')

const folder = mkdtempSync(path.join(tmpdir(), 'track-test-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

interface Leak {
  readonly calls: number
  readonly bytes: number
  readonly functionName: string
}

/** What heaptrack says leaked most: `24.00M leaked over 2002 calls from`, then the function with its parameters. M are millions. */
function largestOfHeaptrack(): Leak {
  const recording = path.join(folder, 'heaptrack')
  execFileSync('heaptrack', ['-o', recording, process.execPath, unfreed], { stdio: 'ignore' })
  const flags = ['--print-leaks', '1', '--print-peaks', '0', '--print-allocators', '0', '--print-temporary', '0']
  const text = execFileSync('heaptrack_print', [...flags, `${recording}.zst`], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  const [, megabytes, calls, functionName = ''] = /^([\d.]+)M leaked over (\d+) calls from\n(.+)\(/m.exec(text) ?? []
  return { bytes: Number(megabytes) * 1e6, calls: Number(calls), functionName }
}

withHeaptrack("the largest leak of an addon is heaptrack's: the function, the number of blocks, the bytes", async () => {
  const theirs = largestOfHeaptrack()
  const file = path.join(folder, 'report.json')
  expect(await allocscope(['track', '--json', '--interval', '1', '-o', file, unfreed])).toMatchObject({ code: 0 })
  const { functions } = JSON.parse(readFileSync(file, 'utf8')) as TrackingReport
  const [ours] = functions
  expect(theirs.functionName).toBe('(anonymous namespace)::Hold')
  expect(ours?.name).toBe(`${theirs.functionName} [counted_blocks.node]`)
  expect(ours?.liveBlocks).toBe(theirs.calls)
  // heaptrack prints two decimals of a megabyte.
  expect(Math.abs((ours?.liveBytes ?? 0) - theirs.bytes)).toBeLessThanOrEqual(5000)
})
