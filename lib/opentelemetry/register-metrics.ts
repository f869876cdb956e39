import type { BatchObservableResult, Meter, Observable } from '@opentelemetry/api'

import { AllocscopeError, invalidArgumentType, isRevokedProxy } from '../errors/index.js'
import { metrics, MetricsReader } from '../metrics/index.js'
import type { Label, Metric, MetricKey, MetricsOptions, MetricsRegistration, Sample } from '../metrics/index.js'

const attributeNames: Readonly<Record<Label, string>> = {
  allocator: 'nodejs.allocator.name',
  version: 'nodejs.allocator.version',
  arena: 'nodejs.allocator.arena',
  library: 'nodejs.allocator.library',
  backing: 'nodejs.memory.backing',
  type: 'system.paging.fault.type',
}

function attributesOf({ labels }: Sample): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(labels).map(([label, value]) => [attributeNames[label as Label], value]))
}

function instrumentOf(meter: Meter, { instrument, instrumentName, unit, help }: Metric): Observable {
  const options = { unit, description: help }
  if (instrument === 'counter') return meter.createObservableCounter(instrumentName, options)
  if (instrument === 'gauge') return meter.createObservableGauge(instrumentName, options)
  return meter.createObservableUpDownCounter(instrumentName, options)
}

const calls = [
  'createObservableCounter',
  'createObservableGauge',
  'createObservableUpDownCounter',
  'addBatchObservableCallback',
  'removeBatchObservableCallback',
] as const satisfies readonly (keyof Meter)[]

function checkMeter(meter: unknown): asserts meter is Meter {
  const isMeter =
    typeof meter === 'object' &&
    meter !== null &&
    !isRevokedProxy(meter) &&
    calls.every((name) => typeof (meter as Partial<Meter>)[name] === 'function')
  if (!isMeter) throw invalidArgumentType('meter', 'a Meter of @opentelemetry/api', meter)
}

const observed = new WeakSet<Meter>()

/**
 * Adds observable instruments of this process's memory to a meter: the figures of `allocscope/prometheus`, under names in the style of OpenTelemetry's
 * conventions for `process.*` and `v8js.*`. Bytes that add up are UpDownCounters, page faults a Counter, all else Gauges. Each description says where the
 * figure is from and what it costs.
 *
 * A collection makes one reading, which walks no free list and takes no lock of the allocator's. What isn't known is not observed, never 0. What is in use
 * under glibc, and allocators within libraries, are read between collections where `usageEveryMs` is set. Figures of the allocator and the kernel are of the
 * whole process, workers included; V8's are of the thread that registers.
 *
 * @returns A handle whose `stop()` ends the observation.
 * @throws TypeError `ERR_INVALID_ARG_TYPE` for a `meter` that isn't one, and for options of another type; RangeError `ERR_OUT_OF_RANGE` for a
 *   `usageEveryMs` below 1,000 or a `budgetMs` below 0; AllocscopeError `ERR_ALLOCSCOPE_METRICS_REGISTERED` when the meter has them already.
 */
export function registerAllocscopeMetrics(meter: Meter, options?: MetricsOptions): MetricsRegistration {
  checkMeter(meter)
  if (observed.has(meter)) {
    const message = "The meter has allocscope's instruments already: stop() of that registration ends them"
    throw new AllocscopeError('ERR_ALLOCSCOPE_METRICS_REGISTERED', message)
  }
  const reader = new MetricsReader(options)
  const entries = Object.entries(metrics) as [MetricKey, Metric][]
  const instruments = entries.map(([key, metric]) => [key, instrumentOf(meter, metric)] as const)
  const all = instruments.map(([, instrument]) => instrument)
  const observe = (result: BatchObservableResult): void => {
    const reading = reader.read()
    for (const [key, instrument] of instruments) {
      for (const sample of reading.of(key)) result.observe(instrument, sample.value, attributesOf(sample))
    }
  }
  meter.addBatchObservableCallback(observe, all)
  observed.add(meter)
  let stopped = false
  return {
    stop: () => {
      if (stopped) return
      stopped = true
      reader.stop()
      meter.removeBatchObservableCallback(observe, all)
      observed.delete(meter)
    },
  }
}
