import type { Meter } from '@opentelemetry/api'
import { expectTypeOf } from 'expect-type'
import type { OpenMetricsContentType, Registry } from 'prom-client'

import { registerAllocscopeMetrics as registerInstruments } from '../../lib/opentelemetry/index.js'
import { registerAllocscopeMetrics } from '../../lib/prometheus/index.js'
import type { MetricsOptions, MetricsRegistration, MetricsRegistry } from '../../lib/prometheus/index.js'

expectTypeOf(registerAllocscopeMetrics).toEqualTypeOf<(registry: MetricsRegistry, options?: MetricsOptions) => MetricsRegistration>()
expectTypeOf(registerInstruments).toEqualTypeOf<(meter: Meter, options?: MetricsOptions) => MetricsRegistration>()
expectTypeOf<Registry>().toExtend<MetricsRegistry>()
expectTypeOf<Registry<OpenMetricsContentType>>().toExtend<MetricsRegistry>()
expectTypeOf<MetricsOptions>().toEqualTypeOf<{ readonly usageEveryMs?: number; readonly budgetMs?: number }>()
