import path from 'node:path'

import { fixtureFile } from '../allocator/fixture.js'
import { quiet } from '../allocator/fresh-process.js'
import { runFile } from '../installed/run-file.js'
import { pointsBy, startCollector } from './collector.js'
import type { Exported } from './collector.js'

const root = path.join(__dirname, '..', '..')

function requiring(...parts: readonly string[]): string {
  return `require(${JSON.stringify(path.join(root, ...parts))})`
}

/** Exports once, and prints what mallinfo2 said before and after that. */
function exportingTo(url: string): string {
  return `
    const { MeterProvider, PeriodicExportingMetricReader } = ${requiring('node_modules', '@opentelemetry', 'sdk-metrics')}
    const { OTLPMetricExporter } = ${requiring('node_modules', '@opentelemetry', 'exporter-metrics-otlp-http')}
    const { registerAllocscopeMetrics } = ${requiring('dist', 'opentelemetry', 'index.js')}
    const fixture = require(${JSON.stringify(fixtureFile)})
    const reader = new PeriodicExportingMetricReader({ exporter: new OTLPMetricExporter({ url: '${url}' }), exportIntervalMillis: 2 ** 30 })
    const provider = new MeterProvider({ readers: [reader] })
    registerAllocscopeMetrics(provider.getMeter('test'), { usageEveryMs: 60_000 })
    fixture.allocate(64, 2 ** 20)
    const told = [fixture.mallinfo2().hblkhd]
    provider.forceFlush().then(() => {
      told.push(fixture.mallinfo2().hblkhd)
      console.log(JSON.stringify(told))
      return provider.shutdown()
    })`
}

test('a collector that is reached by OTLP has what mallinfo2 says, as sums, rising sums and gauges', async () => {
  const collector = await startCollector()
  const env = { ...process.env, LD_PRELOAD: '' }
  const { stdout } = await runFile(process.execPath, [...quiet, '-e', exportingTo(collector.url)], { env })
  await collector.stop()
  const told = JSON.parse(stdout) as readonly number[]
  const named = (name: string): Exported => {
    const found = collector.received.find((metric) => metric.name === name)
    if (found === undefined) throw new Error(`${name} was not exported`)
    return found
  }
  const mapped = named('nodejs.allocator.memory.mapped')
  const mmapped = pointsBy(mapped, 'nodejs.allocator.arena').get('mmapped')
  expect(mmapped).toBeGreaterThanOrEqual(Math.min(...told))
  expect(mmapped).toBeLessThanOrEqual(Math.max(...told))
  expect(mmapped).toBeGreaterThanOrEqual(64 * 2 ** 20)
  expect(mapped).toMatchObject({ unit: 'By', sum: { isMonotonic: false } })
  const faults = named('process.paging.faults')
  expect(faults).toMatchObject({ unit: '{fault}', sum: { isMonotonic: true } })
  expect([...pointsBy(faults, 'system.paging.fault.type').keys()]).toEqual(['minor', 'major'])
  expect(pointsBy(named('nodejs.allocator.info'), 'nodejs.allocator.name')).toEqual(new Map([['glibc', 1]]))
  expect(named('nodejs.allocator.usage.timestamp')).toMatchObject({ unit: 's', gauge: {} })
})
