import type { ReleaseCheck } from '../../lib/release/index.js'
import { allocscope } from './run-cli.js'

interface DemoJson {
  readonly version: number
  readonly baseline: { readonly process: { readonly rssBytes: number } }
  readonly peak: { readonly process: { readonly rssBytes: number }; readonly allocator: { readonly mappedBytes: number } }
  readonly after: { readonly process: { readonly rssBytes: number }; readonly allocator: { readonly arenas: readonly unknown[] } }
  readonly phases: readonly { readonly name: string }[]
  readonly summary: string
  readonly check: ReleaseCheck
}

test('the workload grows, drops everything, and the summary is the figures', async () => {
  const { code, stdout, stderr } = await allocscope(['demo', '--json'])
  expect(code).toBe(0)
  const demo = JSON.parse(stdout) as DemoJson
  const [baseline, peak, after] = [demo.baseline, demo.peak, demo.after].map(({ process: { rssBytes } }) => rssBytes) as [
    number,
    number,
    number,
  ]
  expect(demo.version).toBe(1)
  expect(peak - baseline).toBeGreaterThan(400 * 1024 ** 2)
  expect(peak).toBeLessThan(1.5e9)
  expect(after).toBeLessThan(peak)
  expect(demo.after.allocator.arenas.length).toBeGreaterThan(1)
  expect(demo.summary).toContain((peak / 1024 ** 2).toFixed(1).replace(/\B(?=(\d{3})+\.)/, ','))
  // Under glibc, whose arenas hold most of what the workload used, the verdict is of the same process as the readings.
  expect(demo.check.verdict).toBe('held-by-allocator')
  // Samples are 5 ms apart, and the kernel's own mark may lag by some pages for each thread.
  expect(demo.check.bytes.peakBytes).toBeGreaterThan(peak - 1024 ** 2)
  expect(demo.check.whatIf.releasableBytes).toBeGreaterThan((after - baseline) / 2)
  // Without a terminal: a plain line a phase.
  for (const { name } of demo.phases) expect(stderr).toContain(name)
  expect(stderr).not.toContain('\u001b')
})
