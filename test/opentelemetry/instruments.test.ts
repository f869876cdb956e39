import { DataPointType, MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'
import type { MetricData } from '@opentelemetry/sdk-metrics'

import { isAllocscopeError } from '../../lib/errors/index.js'
import { metrics, MetricsReader } from '../../lib/metrics/index.js'
import type { Metric } from '../../lib/metrics/index.js'
import { registerAllocscopeMetrics } from '../../lib/opentelemetry/index.js'

/** Collects when it is told to. */
class Reader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {
    await Promise.resolve()
  }
  protected override async onShutdown(): Promise<void> {
    await Promise.resolve()
  }

  async metrics(): Promise<readonly MetricData[]> {
    const { resourceMetrics, errors } = await this.collect()
    expect(errors).toEqual([])
    return resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics)
  }
}

function isObserved({ dataPoints }: MetricData): boolean {
  return dataPoints.length > 0
}

const byName = new Map<string, Metric>(Object.values(metrics).map((metric: Metric) => [metric.instrumentName, metric]))

test('each figure has its instrument, unit and description; bytes add up, faults only rise; a collection is one reading', async () => {
  const read = jest.spyOn(MetricsReader.prototype, 'read')
  const reader = new Reader()
  const meter = new MeterProvider({ readers: [reader] }).getMeter('test')
  const registration = registerAllocscopeMetrics(meter)
  const found = await reader.metrics()
  expect(read).toHaveBeenCalledTimes(1)
  const told = found.filter(isObserved)
  expect(told.length).toBeGreaterThan(10)
  for (const { descriptor, dataPointType, ...data } of told) {
    const metric = byName.get(descriptor.name)
    expect({ unit: descriptor.unit, description: descriptor.description }).toEqual({ unit: metric?.unit, description: metric?.help })
    const isSum = dataPointType === DataPointType.SUM
    const kind = !isSum ? 'gauge' : 'isMonotonic' in data && data.isMonotonic ? 'counter' : 'updowncounter'
    expect(`${descriptor.name} ${kind}`).toBe(`${descriptor.name} ${metric?.instrument}`)
  }
  // What isn't known here isn't observed: nobody asked for a walk.
  expect(told.map(({ descriptor }) => descriptor.name)).not.toContain('nodejs.allocator.usage.timestamp')
  registration.stop()
  registration.stop()
  await reader.metrics()
  expect(read).toHaveBeenCalledTimes(1)
})

test.each([[undefined], [null], ['meter'], [{}], [{ createObservableGauge: () => undefined }], [new Map()]])(
  'what is no meter is refused, and named: %#',
  (meter) => {
    const register = (): unknown => registerAllocscopeMetrics(meter as never)
    expect(register).toThrow(TypeError)
    expect(register).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }))
    expect(register).toThrow('The "meter" argument must be a Meter of @opentelemetry/api. Received')
  },
)

test('a second registration on one meter is refused until the first is stopped; bad options leave the meter free', async () => {
  const reader = new Reader()
  const meter = new MeterProvider({ readers: [reader] }).getMeter('test')
  expect(() => registerAllocscopeMetrics(meter, { usageEveryMs: 1 })).toThrow(RangeError)
  const first = registerAllocscopeMetrics(meter)
  let refusal: unknown
  try {
    registerAllocscopeMetrics(meter)
  } catch (error) {
    refusal = error
  }
  expect(isAllocscopeError(refusal)).toBe(true)
  expect(refusal).toMatchObject({ code: 'ERR_ALLOCSCOPE_METRICS_REGISTERED' })
  first.stop()
  const second = registerAllocscopeMetrics(meter)
  first.stop()
  expect(() => registerAllocscopeMetrics(meter)).toThrow(/already/)
  const told = await reader.metrics()
  expect(told.find(({ descriptor }) => descriptor.name === 'nodejs.allocator.info')?.dataPoints).toHaveLength(1)
  second.stop()
})
