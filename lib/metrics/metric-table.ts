/** What a figure is called, and what it means: the same for whoever gives it out. */
export interface Metric {
  /** Prometheus' name. */
  readonly name: string
  /** OpenTelemetry's name. */
  readonly instrumentName: string
  readonly instrument: 'counter' | 'updowncounter' | 'gauge'
  /** As UCUM writes it. */
  readonly unit: string
  /** How the figures of the processes of a cluster become one. */
  readonly aggregator: 'sum' | 'min' | 'max'
  readonly labels: readonly Label[]
  readonly help: string
}

export type Label = 'allocator' | 'version' | 'arena' | 'library' | 'backing' | 'type'

type Rest = Pick<Metric, 'labels' | 'help'> & Partial<Metric>

/** Bytes that add up. */
function bytes(name: string, instrumentName: string, rest: Rest): Metric {
  return { name: `nodejs_${name}_bytes`, instrumentName, instrument: 'updowncounter', unit: 'By', aggregator: 'sum', ...rest }
}

/** A number that is no sum of anything. */
function value(name: string, instrumentName: string, rest: Rest): Metric {
  return { name, instrumentName, instrument: 'gauge', unit: '1', aggregator: 'max', ...rest }
}

const ofAllocator = {
  allocatorInfo: value('nodejs_allocator_info', 'nodejs.allocator.info', {
    labels: ['allocator', 'version'],
    help: 'Which library serves malloc: always 1. Source: a proof by a block of known size; cost: none, it is made once.',
  }),
  mappedBytes: bytes('allocator_mapped', 'nodejs.allocator.memory.mapped', {
    labels: ['allocator', 'arena'],
    help:
      'Address space that the allocator holds from the system, in use or free, of all threads. Under glibc by arena: 0 is the main one, "other" the sum of ' +
      'those from 64 up, "mmapped" chunks with a mapping of their own. Source: malloc_state.system_mem and mp_, or the counter of the allocator; no lock, ' +
      'no walk; cost: 10 us.',
  }),
  allocatedBytes: bytes('allocator_allocated', 'nodejs.allocator.memory.allocated', {
    labels: ['allocator'],
    help:
      'In use by the program, rounding included. Source: the counters of jemalloc, tcmalloc and scudo, with each scrape; glibc and mimalloc tell it only ' +
      'where usageEveryMs is set, between scrapes; cost: none in a scrape.',
  }),
  retainedBytes: bytes('allocator_retained', 'nodejs.allocator.memory.retained', {
    labels: ['allocator'],
    help:
      'Free, but kept instead of given back; part of it may not be resident. Source: the counters of jemalloc, tcmalloc and scudo, with each scrape; glibc ' +
      'walks its free lists for it, which happens only where usageEveryMs is set, between scrapes; cost: none in a scrape.',
  }),
  arenas: value('nodejs_allocator_arenas', 'nodejs.allocator.arena.count', {
    instrument: 'updowncounter',
    unit: '{arena}',
    aggregator: 'sum',
    labels: ['allocator'],
    help: 'Arenas of glibc. They are never removed. Source: the list from main_arena on; no lock; cost: 1 us.',
  }),
  mmapThresholdBytes: bytes('allocator_mmap_threshold', 'nodejs.allocator.mmap_threshold', {
    instrument: 'gauge',
    aggregator: 'max',
    labels: ['allocator'],
    help: 'Blocks from this size up get a mapping of their own, which free() gives back. Rises by itself. Source: mp_.mmap_threshold; cost: 1 us.',
  }),
  usageTime: value('nodejs_allocator_usage_timestamp_seconds', 'nodejs.allocator.usage.timestamp', {
    unit: 's',
    aggregator: 'min',
    labels: [],
    help: 'When what only a walk tells was read last, seconds since 1970. Source: the clock; cost: none. Absent without usageEveryMs.',
  }),
  embeddedResidentBytes: bytes('embedded_allocator_resident', 'nodejs.embedded_allocator.memory.resident', {
    labels: ['allocator', 'library'],
    help:
      'Resident memory of allocators that live within loaded libraries, at most 16 and "other". Source: mallctl of that copy, or its mappings; read between ' +
      'scrapes where usageEveryMs is set; cost: none in a scrape.',
  }),
  embeddedAllocatedBytes: bytes('embedded_allocator_allocated', 'nodejs.embedded_allocator.memory.allocated', {
    labels: ['allocator', 'library'],
    help: 'In use by the library, of those that count it. Source: mallctl stats.allocated less tcache_bytes of that copy, between scrapes; cost: none in a scrape.',
  }),
}

const ofProcess = {
  residentBytes: bytes('memory_resident', 'nodejs.memory.resident', {
    labels: ['backing'],
    help:
      'Resident set size, by what backs it: "anonymous" memory, or "file", shared memory included. Source: /proc/self/statm, kept open; cost: one system ' +
      'call, 5 us.',
  }),
  peakResidentBytes: bytes('memory_resident_peak', 'nodejs.memory.resident_peak', {
    instrument: 'gauge',
    aggregator: 'max',
    labels: [],
    help: 'The largest resident set size of this program so far. Source: getrusage ru_maxrss, or VmHWM; cost: one system call, 5 us.',
  }),
  pageFaults: value('nodejs_page_faults_total', 'process.paging.faults', {
    instrument: 'counter',
    unit: '{fault}',
    aggregator: 'sum',
    labels: ['type'],
    help: 'Page faults since the process began: "major" read a disk, "minor" did not. Source: getrusage; cost: in that of the peak.',
  }),
}

const ofV8 = {
  heapCommittedBytes: bytes('v8_heap_committed', 'v8js.memory.heap.committed', {
    labels: [],
    help: 'What V8 has taken from the system for the heap of this thread. Source: v8.getHeapStatistics() total_heap_size; cost: 1 us.',
  }),
  heapLimitBytes: bytes('v8_heap_limit', 'v8js.memory.heap.limit', {
    labels: [],
    help: 'Where V8 gives up with "heap out of memory", of this thread. Source: v8.getHeapStatistics() heap_size_limit; cost: none more.',
  }),
  externalBytes: bytes('v8_external', 'v8js.memory.external', {
    labels: [],
    help:
      'Memory outside of the heap that objects of this thread keep, array buffers included; malloc holds most of it. Source: v8.getHeapStatistics() ' +
      'external_memory; cost: none more.',
  }),
  mallocedBytes: bytes('v8_malloced', 'v8js.memory.malloced', {
    labels: [],
    help: 'What V8 itself has from malloc, of this thread. Source: v8.getHeapStatistics() malloced_memory; cost: none more.',
  }),
  detachedContexts: value('nodejs_v8_detached_contexts', 'v8js.context.detached', {
    instrument: 'updowncounter',
    unit: '{context}',
    aggregator: 'sum',
    labels: [],
    help: 'Contexts that are detached and not collected: above 0 for long is a leak. Source: v8.getHeapStatistics() number_of_detached_contexts; cost: none more.',
  }),
}

const ofContainer = {
  containerLimitBytes: bytes('container_memory_limit', 'nodejs.container.memory.limit', {
    aggregator: 'min',
    labels: [],
    help:
      'The smallest memory limit of the control group and those above it. Absent where none is set. Source: memory.max or memory.limit_in_bytes, looked up ' +
      'once a minute; cost: none.',
  }),
  containerUsageBytes: bytes('container_memory_usage', 'nodejs.container.memory.usage', {
    aggregator: 'max',
    labels: [],
    help: 'What is charged to the group with that limit: all processes in it, page cache too. Source: memory.current or memory.usage_in_bytes; cost: 10 us.',
  }),
  containerWorkingSetBytes: bytes('container_memory_working_set', 'nodejs.container.memory.working_set', {
    aggregator: 'max',
    labels: [],
    help: 'That usage less inactive page cache, as kubelet counts it. Source: inactive_file of memory.stat; cost: 20 us.',
  }),
  containerHeadroomBytes: bytes('container_memory_headroom', 'nodejs.container.memory.available', {
    aggregator: 'min',
    labels: [],
    help:
      'What may be charged before some group is at its limit; page cache is taken back first there. Source: the limits less memory.current of their groups; ' +
      'cost: 10 us for each group but the first.',
  }),
}

/** All figures, by the name that this code has for them. */
export const metrics = {
  ...ofAllocator,
  ...ofProcess,
  ...ofV8,
  ...ofContainer,
  readingSeconds: value('nodejs_allocscope_reading_seconds', 'nodejs.allocscope.reading.duration', {
    unit: 's',
    labels: [],
    help: 'What this reading of all figures took of the thread. Source: performance.now(); cost: none.',
  }),
} satisfies Readonly<Record<string, Metric>>

export type MetricKey = keyof typeof metrics
