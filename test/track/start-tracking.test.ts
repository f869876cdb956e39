import path from 'node:path'

import type { TrackedPlace, TrackingReport } from '../../lib/track/index.js'
import { testOnEachNode } from '../heap/node-versions.js'
import { runFile } from '../installed/run-file.js'

interface InProcess {
  /** By the function's name and the line that allocates. */
  readonly held: Readonly<Record<string, number>>
  readonly report: TrackingReport
  readonly second: string
  readonly again: boolean
  readonly refused: readonly string[]
  readonly unknown: string
  readonly nothing: number
}

const program = path.join(__dirname, 'programs', 'in-process.cjs')

async function track(node: string, interval: number, ...flags: readonly string[]): Promise<InProcess> {
  const { stdout } = await runFile(node, [...flags, program, String(interval)], { maxBuffer: 1 << 28 })
  return JSON.parse(stdout) as InProcess
}

function placesOf(places: readonly TrackedPlace[], functionName: string): readonly TrackedPlace[] {
  return places.filter(({ name }) => name.startsWith(`${functionName} `))
}

const liveOf = (places: readonly TrackedPlace[], functionName: string): number =>
  placesOf(places, functionName).reduce((sum, { liveBytes }) => sum + liveBytes, 0)

testOnEachNode('each line has the bytes that it holds, and one that frees all has none', async (node) => {
  // Blocks of 10,000 bytes and more are sampled, but for one in three hundred million. The flag makes V8 keep the lines of each function.
  const { held, report } = await track(node, 512, '--no-enable-lazy-source-positions')
  for (const [where, bytes] of Object.entries(held)) {
    const [functionName = '', line = ''] = where.split(':')
    const places = placesOf(report.lines, functionName)
    expect(places.map(({ name }) => name)).toContain(`${functionName} ${path.join(__dirname, 'programs', 'lines.cjs')}:${line}`)
    // A buffer also needs a few blocks of V8's own, some hundred bytes each.
    expect(liveOf(report.lines, functionName)).toBeGreaterThanOrEqual(bytes)
    expect(liveOf(report.lines, functionName)).toBeLessThan(bytes * 1.1)
  }
  const freed = placesOf(report.lines, 'freeNative')
  expect(freed.reduce((sum, { liveBytes }) => sum + liveBytes, 0)).toBeLessThan(10_000)
  expect(freed.reduce((sum, { allocatedBytes }) => sum + allocatedBytes, 0)).toBeGreaterThanOrEqual(500 * 10_000)
  expect(report.modules.find(({ name }) => name === 'counted_blocks.node')?.liveBytes).toBeGreaterThanOrEqual(1_200_000)
  expect(report.limitations).toEqual([])
})

test('estimates are as near to the truth as their errors say, and exact with every block sampled', async () => {
  const { held, report } = await track(process.execPath, 16 * 1024)
  for (const [where, bytes] of Object.entries(held)) {
    const [functionName = ''] = where.split(':')
    const places = placesOf(report.lines, functionName)
    const error = Math.hypot(...places.map(({ liveBytesError }) => liveBytesError))
    expect(error).toBeGreaterThan(0)
    // Five standard errors; V8's own blocks for a buffer, and those from before a worker's lines are known, aside.
    expect(Math.abs(liveOf(report.lines, functionName) - bytes)).toBeLessThan(5 * error + bytes * 0.1)
  }
  const exact = await track(process.execPath, 1)
  expect(exact.report.total.liveBytesError).toBe(0)
  expect(liveOf(exact.report.lines, 'holdNative')).toBeGreaterThanOrEqual(1_200_000)
})

test('one session at a time, which ends once; wrong options are refused as Node refuses them', async () => {
  const { second, again, refused, unknown, nothing } = await track(process.execPath, 512 * 1024)
  expect(second).toBe('AllocscopeError ERR_ALLOCSCOPE_TRACKING')
  expect(again).toBe(true)
  const outOfRange = 'RangeError ERR_OUT_OF_RANGE'
  const wrongType = 'TypeError ERR_INVALID_ARG_TYPE'
  expect(refused).toEqual([outOfRange, outOfRange, outOfRange, outOfRange, wrongType, wrongType])
  expect(unknown).toBe('TypeError ERR_INVALID_ARG_VALUE')
  // What the first session sampled isn't the next one's, which lives too short for more than its own few blocks.
  expect(nothing).toBeLessThan(20)
})
