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
      if (typeof message.text !== 'string') return
      own.push(message.text)
      if (own.length < workers) return
      aggregator.clusterMetrics().then((text) => {
        process.stdout.write(JSON.stringify({ own, text }), () => cluster.disconnect())
      })
    })
  }
} else {
  const registry = new client.Registry()
  client.AggregatorRegistry.setRegistries(registry)
  new client.AggregatorRegistry()
  registerAllocscopeMetrics(registry)
  globalThis.kept = Buffer.alloc(Number(process.env.MEGABYTES) * 2 ** 20, 1)
  registry.metrics().then((text) => process.send({ text }))
}`

test('the processes of a cluster are added up, by arena; of peaks and limits one stands for all', () => {
  const file = path.join(folder, 'clustered.cjs')
  writeFileSync(file, script)
  const { stdout, stderr, status } = spawnSync(process.execPath, [file], { encoding: 'utf8', env: { ...process.env, LD_PRELOAD: '' } })
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
  const { own, text } = JSON.parse(stdout) as { readonly own: readonly string[]; readonly text: string }
  const parts = own.map(parseExposition)
  const all = parseExposition(text)
  const [external, peak, limit] = ['nodejs_v8_external_bytes', 'nodejs_memory_resident_peak_bytes', 'nodejs_v8_heap_limit_bytes']

  expect(sumOf(all, limit)).toBe(parts.reduce((sum, part) => sum + sumOf(part, limit), 0))
  // Each holds its buffer until the end.
  expect(sumOf(all, external)).toBeGreaterThanOrEqual((20 + 40 + 60) * 2 ** 20)
  const peaks = parts.map((part) => sumOf(part, peak))
  expect(valueOf(all, peak)).toBeGreaterThanOrEqual(Math.max(...peaks))
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
