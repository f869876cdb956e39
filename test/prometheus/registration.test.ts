import { Gauge, Registry, collectDefaultMetrics } from 'prom-client'

import { isAllocscopeError } from '../../lib/errors/index.js'
import { metrics, MetricsReader } from '../../lib/metrics/index.js'
import { registerAllocscopeMetrics } from '../../lib/prometheus/index.js'
import { exposed, parseExposition } from '../metrics/exposition.js'

const names = Object.values(metrics).map(({ name }) => name)
const { proxy, revoke } = Proxy.revocable({}, {})
revoke()

test.each([
  [undefined, 'Received undefined'],
  [null, 'Received null'],
  ['register', "Received type string ('register')"],
  [Registry, 'Received function Registry'],
  [{}, 'Received an instance of Object'],
  [{ registerMetric: () => undefined }, 'Received an instance of Object'],
  [new Map(), 'Received an instance of Map'],
  [proxy, 'Received a Proxy'],
])('what is no registry is refused, and named: %#', (registry, received) => {
  const register = (): unknown => registerAllocscopeMetrics(registry as unknown as Registry)
  expect(register).toThrow(TypeError)
  expect(register).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }))
  expect(register).toThrow(`The "registry" argument must be a Registry of prom-client. ${received}`)
})

test.each([
  [{ usageEveryMs: 999 }, RangeError, 'ERR_OUT_OF_RANGE'],
  [{ usageEveryMs: 2 ** 31 }, RangeError, 'ERR_OUT_OF_RANGE'],
  [{ usageEveryMs: '1000' }, TypeError, 'ERR_INVALID_ARG_TYPE'],
  [{ budgetMs: -1 }, RangeError, 'ERR_OUT_OF_RANGE'],
  [{ usageEvery: 1000 }, TypeError, 'ERR_INVALID_ARG_VALUE'],
  [7, TypeError, 'ERR_INVALID_ARG_TYPE'],
])('options %j are refused, and nothing is registered', (options, type, code) => {
  const registry = new Registry()
  const register = (): unknown => registerAllocscopeMetrics(registry, options as object)
  expect(register).toThrow(type)
  expect(register).toThrow(expect.objectContaining({ code }))
  expect(registry.getMetricsAsArray()).toEqual([])
})

test('the names are free beside the default metrics; a second registration is refused until the first is stopped', async () => {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const defaults = registry.getMetricsAsArray().length
  const registration = registerAllocscopeMetrics(registry)
  expect(
    registry
      .getMetricsAsArray()
      .map(({ name }) => name)
      .slice(defaults),
  ).toEqual(names)
  let refusal: unknown
  try {
    registerAllocscopeMetrics(registry)
  } catch (error) {
    refusal = error
  }
  expect(isAllocscopeError(refusal)).toBe(true)
  expect(refusal).toMatchObject({ code: 'ERR_ALLOCSCOPE_METRICS_REGISTERED' })
  expect(String(refusal)).toContain('nodejs_allocator_info')
  registration.stop()
  registration.stop()
  expect(registry.getMetricsAsArray()).toHaveLength(defaults)
  const again = registerAllocscopeMetrics(registry)
  registration.stop()
  expect(exposed(parseExposition(await registry.metrics()), 'nodejs_allocator_info')).toHaveLength(1)
  again.stop()
})

test("a metric of the program's own under one of the names is named, and nothing is registered", () => {
  const registry = new Registry()
  new Gauge({ name: 'nodejs_page_faults_total', help: 'mine', registers: [registry] })
  expect(() => registerAllocscopeMetrics(registry)).toThrow(/nodejs_page_faults_total/)
  expect(registry.getMetricsAsArray()).toHaveLength(1)
})

test('OpenMetrics, too; a scrape after a reset has the same figures', async () => {
  const registry = new Registry()
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE as never)
  const registration = registerAllocscopeMetrics(registry)
  const before = parseExposition(await registry.metrics())
  expect(exposed(before, 'nodejs_page_faults_total').map(({ labels }) => labels['type'])).toEqual(['minor', 'major'])
  registry.resetMetrics()
  const text = await registry.metrics()
  expect(text.endsWith('# EOF\n')).toBe(true)
  expect(parseExposition(text).map(({ name, labels }) => ({ name, labels }))).toEqual(before.map(({ name, labels }) => ({ name, labels })))
  registration.stop()
})

test('each scrape is one reading, and one metric alone can be asked for', async () => {
  const read = jest.spyOn(MetricsReader.prototype, 'read')
  const registry = new Registry()
  const registration = registerAllocscopeMetrics(registry)
  await registry.metrics()
  await registry.getMetricsAsJSON()
  expect(read).toHaveBeenCalledTimes(2)
  expect(await registry.getSingleMetricAsString('nodejs_allocator_info')).toMatch(/^nodejs_allocator_info\{.*\} 1$/m)
  registration.stop()
})
