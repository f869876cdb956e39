import type { LineProfile } from '../../../lib/profile/line-profile.js'
import { testOnEachNode } from '../../heap/node-versions.js'
import { collectOnce, functionNamed, lineWith } from './collected.js'

const arrayHeaders = 48

async function run(mode: string, node: string): Promise<LineProfile> {
  const [profile] = await collectOnce(mode, 'behaviours.cjs', node)
  return profile as LineProfile
}

testOnEachNode('settle shows increments of live memory, as the Python table does', async (node) => {
  const { lines } = functionNamed(await run('settle', node), 'settles')
  const mebibytes = (part: string): number => Math.round((lineWith(lines, part).incrementBytes / 2 ** 20) * 100) / 100
  expect(mebibytes('million.slice')).toBeCloseTo(7.63, 1)
  expect(mebibytes('structuredClone')).toBeCloseTo(7.63, 1)
  expect(mebibytes('numbers = null')).toBeCloseTo(-7.63, 1)
  expect(mebibytes('copy = null')).toBeCloseTo(-7.63, 1)
})

describe.each(['hybrid', 'exact'])('%s', (mode) => {
  testOnEachNode('a line of calls within calls is charged once', async (node) => {
    const recurses = functionNamed(await run(mode, node), 'recurses')
    expect(recurses.calls).toBe(10)
    const own = 96_000 + arrayHeaders
    // Within a twentieth, as lazy compilation is on the first call's lines.
    expect(lineWith(recurses.lines, 'new Array(12_000)').allocatedBytes / (10 * own)).toBeCloseTo(1, 1)
    expect(lineWith(recurses.lines, 'recurses(depth - 1)').allocatedBytes / (9 * own)).toBeCloseTo(1, 1)
    expect(recurses.allocatedBytes / (10 * own)).toBeCloseTo(1, 1)
  })

  testOnEachNode('what others allocate while a call is suspended is in a column of its own', async (node) => {
    const waits = functionNamed(await run(mode, node), 'waits')
    const line = lineWith(waits.lines, 'await disturbance')
    expect(line.occurrences).toBe(2)
    // Net, so that garbage counts which is collected meanwhile: a few megabytes that loading has left.
    expect(line.othersBytes / 2e8).toBeCloseTo(1, 1)
    expect(line.allocatedBytes).toBeLessThan(100_000)
    expect(lineWith(waits.lines, 'new Array(12_000)').allocatedBytes / (2 * (96_000 + arrayHeaders))).toBeCloseTo(1, 1)
  })

  testOnEachNode('generators are charged with their own alone, and counted', async (node) => {
    const profile = await run(mode, node)
    const generates = functionNamed(profile, 'generates')
    expect(generates.calls).toBe(2)
    expect(lineWith(generates.lines, 'yield i').occurrences).toBe(4)
    // Their iteration results and V8's notes of new code; the consumer's arrays are 80 KB each.
    expect(generates.allocatedBytes).toBeLessThan(20_000)
    const consumed = lineWith(functionNamed(profile, 'consumes').lines, 'kept.push(new Array(10_000')
    expect(consumed.allocatedBytes / (3 * (80_008 + arrayHeaders))).toBeCloseTo(1, 1)
  })

  testOnEachNode('a caught error leaves every line with its own', async (node) => {
    const { lines } = functionNamed(await run(mode, node), 'throws')
    expect(lineWith(lines, 'kept.push').allocatedBytes / (400_000 + arrayHeaders)).toBeCloseTo(1, 1)
    expect(lineWith(lines, 'throw new Error').allocatedBytes).toBeLessThan(50_000)
  })
})
