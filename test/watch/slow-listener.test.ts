import { printedBy } from './watched-process.js'

interface Slow {
  readonly firedAfterMs: number
  readonly given: number
  readonly before: { readonly samples: number; readonly lostSamples: number; readonly waitingSamples: number }
  readonly after: { readonly samples: number; readonly lostSamples: number; readonly waitingSamples: number }
}

// A listener that takes twice as long as samples come would, without a bound, never let a timer fire.
test('a listener that is too slow for its samples starves no timer, and what waits is said', async () => {
  const { firedAfterMs, given, before, after } = await printedBy<Slow>(`
    const start = performance.now()
    let given = 0
    const watcher = watchArenas({ intervalMs: 1, maxCpuShare: 1 }).on('sample', () => { given += 1; block(2) })
    setTimeout(() => {
      const firedAfterMs = performance.now() - start
      const { summary: before } = watcher
      const givenBefore = given
      watcher.stop()
      print({ firedAfterMs, given: given - givenBefore, before, after: watcher.summary })
    }, 500)`)
  // Delayed by one turn: 5 ms, the listener that was under way, and what the machine does meanwhile.
  expect(firedAfterMs).toBeLessThan(1500)
  expect(before.waitingSamples).toBeGreaterThan(0)
  // Those that were sampled before the thread was ended came, too.
  expect(given).toBeGreaterThanOrEqual(before.waitingSamples)
  expect(after.waitingSamples).toBe(0)
})
