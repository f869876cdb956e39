import path from 'node:path'

import { findInstalled, testWhereInstalled } from '../allocator/installed.js'
import { testOnEachNode } from '../heap/node-versions.js'
import { runFile } from '../installed/run-file.js'

async function run<T>(node: string, program: string, args: readonly string[] = [], variables: NodeJS.ProcessEnv = {}): Promise<T> {
  const env = { ...process.env, ...variables }
  const { stdout } = await runFile(node, [path.join(__dirname, 'programs', program), ...args], { maxBuffer: 1 << 26, env })
  return JSON.parse(stdout) as T
}

interface EveryWay {
  readonly ways: readonly { readonly way: string; readonly held: number; readonly live: number; readonly afterwards: number }[]
  readonly refused: number
  readonly refusedLive: number
  readonly loadedByName: boolean
  readonly passedOn: number
  readonly missedFrees: readonly number[]
  readonly unrecorded: number
}

function expectExact({ ways, ...others }: EveryWay): void {
  expect(ways.map(({ way, live }) => [way, live])).toEqual(ways.map(({ way, held }) => [way, held]))
  expect(ways.filter(({ afterwards }) => afterwards > 0)).toEqual([])
  // What was too large was refused in all seven ways, and the block that could not be enlarged is still there.
  expect(others).toEqual({ refused: 7, refusedLive: 1, loadedByName: true, passedOn: 0, missedFrees: [0, 0], unrecorded: 0 })
}

testOnEachNode('with every block sampled, what is live is known to the byte, and nothing that was freed', async (node) => {
  expectExact(await run<EveryWay>(node, 'every-way.cjs', ['after']))
})

test('the same of an addon that was loaded before', async () => {
  expectExact(await run<EveryWay>(process.execPath, 'every-way.cjs', ['before']))
})

for (const allocator of ['jemalloc', 'mimalloc', 'tcmalloc'] as const) {
  testWhereInstalled(allocator, test.concurrent)(`the same under ${allocator}`, async () => {
    const refusals = allocator === 'mimalloc' ? ['unrefused'] : []
    const library = { LD_PRELOAD: findInstalled(allocator) }
    const exact = await run<EveryWay>(process.execPath, 'every-way.cjs', ['after', ...refusals], library)
    expectExact(allocator === 'mimalloc' ? { ...exact, refused: 7, refusedLive: 1 } : exact)
  })
}

interface Slots {
  readonly slots: readonly string[]
  readonly started: { readonly objects: number; readonly slots: number }
  readonly unrestored: number
  readonly before: { readonly values: readonly string[]; readonly protections: string }
  readonly during: readonly string[]
  readonly after: { readonly values: readonly string[]; readonly protections: string }
}

testOnEachNode(
  'slots hold other addresses meanwhile, and afterwards the same as before',
  async (node) => {
    const { slots, started, unrestored, before, during, after } = await run<Slots>(node, 'slots.cjs')
    const changed = slots.filter((_, index) => before.values[index] !== during[index])
    expect(changed.length).toBeGreaterThan(10)
    expect(changed.length).toBeLessThanOrEqual(started.slots)
    for (const call of ['malloc', 'free', 'calloc', '_Znwm', '_ZdlPv']) expect(changed.join()).toContain(call)
    expect(unrestored).toBe(0)
    expect(after).toEqual(before)
  },
  [20, 26],
)

interface Scatter {
  readonly bytes: number
  readonly blocks: number
  readonly sampled: number
}

/**
 * How far a count with this variance is off once in two million runs at most: Bernstein's inequality, which holds also where few are missed and their number
 * isn't normally distributed. Of the largest blocks 11 of 5,000 are.
 */
function furthestOff(variance: number): number {
  // 2 exp(-off² / 2 (variance + off / 3)) is the chance.
  const third = Math.log(2 * 2e6) / 3
  return third + Math.sqrt(third ** 2 + 6 * third * variance)
}

test('at 16 KiB, blocks are sampled as often as their sizes say they must be', async () => {
  const interval = 16 * 1024
  const sizes = await run<readonly Scatter[]>(process.execPath, 'scatter.cjs', ['20', String(interval)])
  expect(sizes).toHaveLength(3)
  for (const { bytes, blocks, sampled } of sizes) {
    // Each block is sampled, independently of others, when one of its bytes is hit.
    const chance = -Math.expm1(-bytes / interval)
    const variance = blocks * chance * (1 - chance)
    expect(Math.abs(sampled - blocks * chance)).toBeLessThanOrEqual(furthestOff(variance))
  }
})
