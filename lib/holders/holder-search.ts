import { freemem } from 'node:os'
import { performance } from 'node:perf_hooks'
import { getHeapStatistics, setFlagsFromString } from 'node:v8'

import { checkNumber, readOptions } from '../errors/index.js'
import { collectFully } from '../heap/index.js'
import { runtime, runtimeText } from '../loading/runtime.js'
import type { HolderSearchOptions, HoldersFound } from './holders-found.js'
import { hasInspector, InspectorSession } from './inspector-session.js'
import { holdersByObjects, holdersBySamples } from './make-holders.js'
import { ObjectCounter } from './object-counts.js'
import type { ObjectCounts } from './object-counts.js'
import { GraphReader } from './read-graph.js'
import { samplingIntervalBytes } from './sampled-places.js'
import type { SampledNode } from './sampled-places.js'

const defaultBudgetMs = 20_000
const defaultMaxHeapBytes = 500e6
/** What a snapshot's counting takes at least, so that none is begun that can't fit. */
const bytesPerMs = 20_000
/** The second snapshot is read with its edges, and searched for paths: so many times as long as the first. */
const secondSnapshotTimes = 2

/** By how many times the heap V8's snapshot of it is larger, where objects are small: some 40 bytes each. */
const snapshotTimesHeap = 14

/** Either what there was before the calls, or why only the sampler runs, or why nothing does. */
type Begun =
  | { readonly source: 'snapshots'; readonly session: InspectorSession; readonly before: ObjectCounts; readonly countingMs: number }
  | { readonly source: 'sampler'; readonly session: InspectorSession; readonly reason: string }
  | { readonly source: 'none'; readonly reason: string }

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`
}

/** Memory that this process can still have: node knows the control group's limit. Some releases of Node 20 know the machine's alone. */
function availableBytes(): number {
  const { availableMemory } = process as { readonly availableMemory?: () => number }
  return availableMemory?.() ?? freemem()
}

/** Why no snapshot is taken; undefined when one is. */
function whyNoSnapshot(budgetMs: number, maxHeapBytes: number): string | undefined {
  const heapBytes = getHeapStatistics().used_heap_size
  if (heapBytes > maxHeapBytes)
    return `the JavaScript heap has ${megabytes(heapBytes)}: of more than ${megabytes(maxHeapBytes)} no snapshot is taken`
  const leastMs = (heapBytes / bytesPerMs) * (1 + secondSnapshotTimes)
  const neededBytes = heapBytes * snapshotTimesHeap
  const freeBytes = availableBytes()
  if (neededBytes > freeBytes) return `a snapshot may take ${megabytes(neededBytes)}, and ${megabytes(freeBytes)} are free`
  return leastMs > budgetMs ? `snapshots of ${megabytes(heapBytes)} would take longer than ${Math.round(budgetMs)} ms` : undefined
}

function beginSampling(session: InspectorSession, reason: string): Begun {
  session.ask('HeapProfiler.startSampling', { samplingInterval: samplingIntervalBytes })
  return { source: 'sampler', session, reason }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/**
 * V8 forgets the trace of an object that it has numbered and then moves. Without compaction it moves young objects only, and numbers none of them
 * before they are old. It is V8's own default that is set again, but for a program that was started without.
 */
function compactAgain(): void {
  if (!process.execArgv.includes('--no-compact')) setFlagsFromString('--compact')
}

/** One search at a time: V8 has one tracker of allocations for each thread. */
let isRunning = false

/**
 * Finds which objects calls leave behind, what keeps them, and where they are allocated: begun before a number of calls, finished after them. It
 * never throws for what V8 or the heap's size doesn't allow: the result has the reason.
 *
 * V8 blocks the thread for each of two snapshots, and keeps them in native memory while it writes them. They are read as they are written: the arrays
 * of the second take 29 bytes a node and 9 an edge. Measured on a busy machine of two cores, Node 24: a heap of 56 MB in small objects took 14 s for
 * each snapshot and 0.97 GB of RSS at the peak; one of 207 MB (411 MB of text) 40 s each and 3.5 GB, of which V8 alone took 40 s and 3.0 GB. Between
 * beginning and end every allocation is traced, so calls that allocate much are slower, and V8's heap isn't compacted.
 */
export class HolderSearch {
  #begun: Begun
  readonly #budgetMs: number
  #costMs: number

  private constructor(begun: Begun, budgetMs: number, costMs: number) {
    this.#begun = begun
    this.#budgetMs = budgetMs
    this.#costMs = costMs
  }

  /** Begins: call the function that leaks, some 10 to 100 times, and then {@link finish}. Until then no other search can begin in this thread. */
  static async begin(options?: HolderSearchOptions): Promise<HolderSearch> {
    const given = readOptions(options, ['budgetMs', 'maxHeapBytes'])
    const budgetMs = checkNumber('options.budgetMs', given.budgetMs, 0, defaultBudgetMs)
    const maxHeapBytes = checkNumber('options.maxHeapBytes', given.maxHeapBytes, 0, defaultMaxHeapBytes)
    const startMs = performance.now()
    if (!hasInspector()) return new HolderSearch({ source: 'none', reason: 'this Node was built without the inspector' }, budgetMs, 0)
    if (runtime.name !== 'Node')
      return new HolderSearch({ source: 'none', reason: `the inspector of ${runtimeText} isn't Node's` }, budgetMs, 0)
    if (isRunning) return new HolderSearch({ source: 'none', reason: 'another search runs in this thread' }, budgetMs, 0)
    isRunning = true
    await collectFully()
    const begun = await HolderSearch.#beginBy(budgetMs, maxHeapBytes)
    if (begun.source === 'none') isRunning = false
    return new HolderSearch(begun, budgetMs, performance.now() - startMs)
  }

  static async #beginBy(budgetMs: number, maxHeapBytes: number): Promise<Begun> {
    let session: InspectorSession | undefined
    try {
      session = new InspectorSession()
      const why = whyNoSnapshot(budgetMs, maxHeapBytes)
      if (why !== undefined) return beginSampling(session, why)
      const startMs = performance.now()
      const before = await session.takeSnapshot('HeapProfiler.takeHeapSnapshot', new ObjectCounter())
      const countingMs = performance.now() - startMs
      if (countingMs * (1 + secondSnapshotTimes) > budgetMs) {
        return beginSampling(
          session,
          `a second snapshot would take longer than ${Math.round(budgetMs)} ms: the first took ${Math.round(countingMs)} ms`,
        )
      }
      setFlagsFromString('--no-compact')
      session.ask('HeapProfiler.startTrackingHeapObjects', { trackAllocations: true })
      return { source: 'snapshots', session, before, countingMs }
    } catch (error) {
      session?.close()
      compactAgain()
      return { source: 'none', reason: messageOf(error) }
    }
  }

  /** Ends the search after so many calls. A second time it has nothing to tell. */
  async finish(calls: number): Promise<HoldersFound> {
    checkNumber('calls', calls, 1, 1)
    const startMs = performance.now()
    const begun = this.#begun
    // Before a snapshot V8 collects by itself.
    if (begun.source === 'sampler') await collectFully()
    this.#begun = { source: 'none', reason: 'the search has ended' }
    const found = await this.#find(begun, calls)
    this.#costMs += performance.now() - startMs
    return { ...found, calls, costMicros: Math.round(this.#costMs * 1000) }
  }

  /** Ends the search without a result, and without a second snapshot. */
  abandon(): void {
    if (this.#begun.source !== 'none') this.#close(this.#begun.session)
    this.#begun = { source: 'none', reason: 'the search was abandoned' }
  }

  #close(session: InspectorSession): void {
    session.close()
    compactAgain()
    isRunning = false
  }

  async #find(begun: Begun, calls: number): Promise<Pick<HoldersFound, 'holders' | 'source' | 'reason'>> {
    if (begun.source === 'none') return { holders: [], source: 'none', reason: begun.reason }
    const { session } = begun
    try {
      if (begun.source === 'sampler') {
        const { profile } = session.ask('HeapProfiler.stopSampling') as { readonly profile: { readonly head: SampledNode } }
        return { holders: holdersBySamples(profile.head, calls, session), source: 'sampler', reason: begun.reason }
      }
      const why = whyNoSnapshot(this.#budgetMs - begun.countingMs, Infinity)
      if (why !== undefined) return { holders: [], source: 'none', reason: `the heap grew during the calls: ${why}` }
      const graph = await session.takeSnapshot('HeapProfiler.stopTrackingHeapObjects', new GraphReader())
      return { holders: holdersByObjects(graph, begun.before, calls, session), source: 'snapshots', reason: undefined }
    } catch (error) {
      return { holders: [], source: 'none', reason: messageOf(error) }
    } finally {
      this.#close(session)
    }
  }
}
