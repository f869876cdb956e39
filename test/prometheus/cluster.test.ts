import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { exposed, parseExposition, sumOf, valueOf } from '../metrics/exposition.js'

const root = path.join(__dirname, '..', '..')

const folder = mkdtempSync(path.join(tmpdir(), 'allocscope-test-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

/** Three processes tell their own figures, then the primary one asks for those of all. */
const script = `
const cluster = require('node:cluster')
const client = require(${JSON.stringify(path.join(root, 'node_modules', 'prom-client'))})
const { registerAllocscopeMetrics } = require(${JSON.stringify(path.join(root, 'dist', 'prometheus', 'index.js'))})
const workers = 3
if (cluster.isPrimary) {
  const aggregator = new client.AggregatorRegistry()
  const own = []
  for (let worker = 0; worker < workers; worker++) {
    cluster.fork({ MEGABYTES: String(20 * (worker + 1)) }).on('message', (message) => {
      if (!Array.isArray(message.json)) return
      own.push(message.json)
      if (own.length < workers) return
      const added = (jsons) => client.AggregatorRegistry.aggregate(jsons).metrics()
      Promise.all([aggregator.clusterMetrics(), added(own), ...own.map((json) => added([json]))]).then(([text, atOnce, ...parts]) => {
        process.stdout.write(JSON.stringify({ parts, atOnce, text }), () => cluster.disconnect())
      })
    })
  }
} else {
  const registry = new client.Registry()
  client.AggregatorRegistry.setRegistries(registry)
  new client.AggregatorRegistry()
  registerAllocscopeMetrics(registry)
  globalThis.kept = Buffer.alloc(Number(process.env.MEGABYTES) * 2 ** 20, 1)
  registry.getMetricsAsJSON().then((json) => process.send({ json }))
}`

test('the processes of a cluster are added up, by arena; of peaks and limits one stands for all', () => {
  const file = path.join(folder, 'clustered.cjs')
  writeFileSync(file, script)
  const { stdout, stderr, status } = spawnSync(process.execPath, [file], { encoding: 'utf8', env: { ...process.env, LD_PRELOAD: '' } })
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
  const printed = JSON.parse(stdout) as { readonly parts: readonly string[]; readonly atOnce: string; readonly text: string }
  const { atOnce, text } = printed
  const parts = printed.parts.map(parseExposition)
  const all = parseExposition(text)
  const [external, peak, limit] = ['nodejs_v8_external_bytes', 'nodejs_memory_resident_peak_bytes', 'nodejs_v8_heap_limit_bytes']

  expect(sumOf(all, limit)).toBe(parts.reduce((sum, part) => sum + sumOf(part, limit), 0))
  // Each holds its buffer until the end.
  expect(sumOf(all, external)).toBeGreaterThanOrEqual((20 + 40 + 60) * 2 ** 20)
  const peaks = parts.map((part) => sumOf(part, peak))
  // Of the same readings: the kernel's mark may fall, as its counters are off by some pages.
  expect(valueOf(parseExposition(atOnce), peak)).toBe(Math.max(...peaks))
  // The largest holds 60 MiB.
  expect(valueOf(all, peak)).toBeGreaterThan(60 * 2 ** 20)
  expect(valueOf(all, peak)).toBeLessThan(peaks.reduce((sum, one) => sum + one, 0))

  const arenas = (samples: typeof all): readonly (string | undefined)[] =>
    exposed(samples, 'nodejs_allocator_mapped_bytes').map(({ labels }) => labels['arena'])
  expect(new Set(arenas(all)).size).toBe(arenas(all).length)
  expect(arenas(all)).toEqual(expect.arrayContaining(parts.flatMap(arenas)))
  // A buffer of this size has a mapping of its own.
  const mmapped = exposed(all, 'nodejs_allocator_mapped_bytes').find(({ labels }) => labels['arena'] === 'mmapped')
  expect(mmapped?.value).toBeGreaterThanOrEqual((20 + 40 + 60) * 2 ** 20)
  expect(exposed(all, 'nodejs_allocator_info')).toMatchObject([{ labels: { allocator: 'glibc' }, value: 1 }])
})
