import type { Counter, Gauge, OpenMetricsContentType, Registry } from 'prom-client'

import { AllocscopeError, invalidArgumentType, isRevokedProxy } from '../errors/index.js'
import { lazily } from '../loading/index.js'
import { metrics, MetricsReader } from '../metrics/index.js'
import type { Metric, MetricKey, MetricsOptions, MetricsRegistration, Reading, Sample } from '../metrics/index.js'

const promClient = lazily(() => require('prom-client') as typeof import('prom-client'))

/** A registry of prom-client, of either format. */
export type MetricsRegistry = Registry | Registry<OpenMetricsContentType>

/** One reading for all metrics of a scrape: prom-client asks each of them within one turn. */
class Scrape {
  readonly #reader: MetricsReader
  #reading: Reading | undefined

  constructor(reader: MetricsReader) {
    this.#reader = reader
  }

  samplesOf(key: MetricKey): readonly Sample[] {
    if (this.#reading === undefined) {
      this.#reading = this.#reader.read()
      queueMicrotask(() => (this.#reading = undefined))
    }
    return this.#reading.of(key)
  }
}

function setGauge(gauge: Gauge, samples: readonly Sample[], { labels }: Metric): void {
  gauge.reset()
  // One without labels is 0 after that, and 0 isn't "not known".
  if (labels.length === 0) gauge.remove()
  for (const sample of samples) gauge.set(sample.labels, sample.value)
}

function setCounter(counter: Counter, samples: readonly Sample[]): void {
  counter.reset()
  for (const { labels, value } of samples) counter.inc(labels, value)
}

function addMetric(registry: MetricsRegistry, key: MetricKey, scrape: Scrape): void {
  const metric: Metric = metrics[key]
  const { name, help, aggregator } = metric
  const settings = { name, help, aggregator, labelNames: [...metric.labels], registers: [registry as Registry] }
  const { Counter: MadeCounter, Gauge: MadeGauge } = loadPeer()
  if (metric.instrument === 'counter') {
    new MadeCounter({
      ...settings,
      collect() {
        setCounter(this, scrape.samplesOf(key))
      },
    })
  } else {
    new MadeGauge({
      ...settings,
      collect() {
        setGauge(this, scrape.samplesOf(key), metric)
      },
    })
  }
}

function loadPeer(): typeof import('prom-client') {
  try {
    return promClient()
  } catch (cause) {
    const message = 'allocscope/prometheus needs prom-client, which is not installed: npm install prom-client'
    throw new AllocscopeError('ERR_ALLOCSCOPE_MISSING_PEER', message, { cause })
  }
}

function checkRegistry(registry: unknown): asserts registry is MetricsRegistry {
  const isRegistry =
    typeof registry === 'object' &&
    registry !== null &&
    !isRevokedProxy(registry) &&
    (['registerMetric', 'getSingleMetric', 'removeSingleMetric'] as const).every(
      (name) => typeof (registry as Partial<MetricsRegistry>)[name] === 'function',
    )
  if (!isRegistry) throw invalidArgumentType('registry', 'a Registry of prom-client', registry)
}

function refuseNamesInUse(registry: MetricsRegistry): void {
  const inUse = Object.values(metrics).find(({ name }) => registry.getSingleMetric(name) !== undefined)
  if (inUse === undefined) return
  const message = `The registry has a metric ${inUse.name} already. allocscope's metrics are registered once; stop() of that registration takes them out`
  throw new AllocscopeError('ERR_ALLOCSCOPE_METRICS_REGISTERED', message)
}

/**
 * Adds metrics of this process's memory to a registry of prom-client: what the live allocator holds and by which arena, resident memory, what V8 keeps
 * outside of its heap, and the container's limit. Their names don't meet those of prom-client's `collectDefaultMetrics`. Each metric's help text says where
 * the figure is from and what it costs.
 *
 * A scrape walks no free list and takes no lock of the allocator's; docs/metrics.md has what it costs beside prom-client's default metrics. What isn't known
 * is absent, never 0. What is in use under glibc, and allocators within libraries, are read between scrapes where `usageEveryMs` is set. Figures of the
 * allocator and the kernel are of the whole process, workers included; V8's are of the thread that registers. `AggregatorRegistry` adds up bytes over a
 * cluster; of the container's it takes the smallest room.
 *
 * @returns A handle whose `stop()` takes the metrics out again.
 * @throws TypeError `ERR_INVALID_ARG_TYPE` for a `registry` that isn't one, and for options of another type; RangeError `ERR_OUT_OF_RANGE` for a
 *   `usageEveryMs` below 1,000 or a `budgetMs` below 0; AllocscopeError `ERR_ALLOCSCOPE_METRICS_REGISTERED` when the registry has one of the names, and
 *   `ERR_ALLOCSCOPE_MISSING_PEER` without prom-client. Nothing is registered then.
 */
export function registerAllocscopeMetrics(registry: MetricsRegistry, options?: MetricsOptions): MetricsRegistration {
  checkRegistry(registry)
  loadPeer()
  refuseNamesInUse(registry)
  const reader = new MetricsReader(options)
  const scrape = new Scrape(reader)
  const keys = Object.keys(metrics) as MetricKey[]
  for (const key of keys) addMetric(registry, key, scrape)
  const own = keys.map((key) => registry.getSingleMetric(metrics[key].name))
  return {
    stop: () => {
      reader.stop()
      keys.forEach((key, place) => {
        const { name } = metrics[key]
        if (registry.getSingleMetric(name) === own[place]) registry.removeSingleMetric(name)
      })
    },
  }
}
