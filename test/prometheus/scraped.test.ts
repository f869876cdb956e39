import { testWhere } from '../installed/test-where.js'
import { parseExposition } from '../metrics/exposition.js'
import { metrics } from '../../lib/metrics/index.js'
import { prometheusMissing, promtool, promtoolMissing, startPrometheus } from './prometheus.js'
import { serveMetrics } from './served-metrics.js'

const withoutPreload = { LD_PRELOAD: '' }

testWhere(promtoolMissing)('promtool check metrics finds nothing', async () => {
  const server = await serveMetrics(withoutPreload)
  const text = await server.ask('/metrics')
  await server.stop()
  // prom-client's own default metrics have names that promtool advises against.
  const own = Object.values(metrics).map(({ name }) => name)
  const lines = text.split('\n').filter((line) => own.includes(/^(?:# (?:HELP|TYPE) )?(\w+)/.exec(line)?.[1] ?? ''))
  expect(parseExposition(lines.join('\n')).length).toBeGreaterThan(15)
  expect(promtool(['check', 'metrics'], `${lines.join('\n')}\n`)).toEqual({ output: '', status: 0 })
})

testWhere(prometheusMissing)('Prometheus scrapes a real server and has what mallinfo2 said at that scrape', async () => {
  const server = await serveMetrics(withoutPreload)
  const prometheus = await startPrometheus(server.port)
  try {
    const mmapped = 'nodejs_allocator_mapped_bytes{job="allocscope", arena="mmapped"}'
    const [before] = await prometheus.queryUntil(mmapped, ({ length }) => length > 0)
    await server.ask('/allocate')
    // Each block of 1 MiB has its own mapping, a page larger.
    const grown = (before?.value ?? 0) + 64 * 2 ** 20
    const [after] = await prometheus.queryUntil(mmapped, ([series]) => (series?.value ?? 0) >= grown)
    const scrapes = JSON.parse(await server.ask('/')) as readonly (readonly [number, number])[]
    const value = after?.value ?? NaN
    expect(scrapes.some((told) => Math.min(...told) <= value && value <= Math.max(...told))).toBe(true)

    expect(await prometheus.query('up{job="allocscope"}')).toMatchObject([{ value: 1 }])
    const own = await prometheus.query('count by (__name__) ({__name__=~"nodejs_.+", job="allocscope"})')
    const told = Object.values(metrics).map(({ name }) => name)
    const present = told.filter((name) => own.some(({ metric }) => metric['__name__'] === name))
    expect(told.filter((name) => !present.includes(name) && !/container|embedded/.test(name))).toEqual([])
  } finally {
    await prometheus.stop()
    await server.stop()
  }
})
