import { runOracle, testOnEachNode } from './node-versions.js'

interface Stress {
  readonly rounds: readonly number[]
  readonly failures: readonly string[]
  readonly ended: readonly number[]
}

/** How V8 is made to move objects, and to run code in other ways. `ALLOCSCOPE_STRESS_MS=60000` for a long run. */
const flagSets = [[], ['--stress-compaction'], ['--stress-scavenge=100'], ['--gc-interval=50'], ['--jitless'], ['--no-opt']]
const milliseconds = process.env['ALLOCSCOPE_STRESS_MS'] ?? '300'

testOnEachNode('sizes hold while objects move, on three threads, and workers may end in the middle of a walk', async (node) => {
  for (const flags of flagSets) {
    const { rounds, failures, ended } = (await runOracle(node, 'stress.cjs', { flags, args: [milliseconds] })) as Stress
    expect({ flags, failures }).toEqual({ flags, failures: [] })
    expect(Math.min(...rounds)).toBeGreaterThan(0)
    // A worker that is terminated ends with 1; an abort of the process would have no answer at all.
    expect(ended).toEqual([1, 1])
  }
})
