import { requireBinding, toError } from '../binding/index.js'
import { AllocscopeError } from '../errors/index.js'
import { runtime, runtimeText } from '../loading/runtime.js'
import { requireProc } from '../program/require-observable.js'
import type { ArenaSample } from './arena-sample.js'
import { RowBuffer } from './row-buffer.js'
import { publishedIn, toSample } from './row-layout.js'
import type { RowLayout } from './row-layout.js'
import { rowFigures } from './row-figures.js'
import type { WatchSummary } from './sampling-summary.js'

/** A sample of another process, with the figures that its owner had published by then. */
export interface RingSample {
  readonly sample: ArenaSample
  readonly published: readonly (number | undefined)[]
}

/** Deno's `node:fs` and `spawn` know only the descriptors that it opened itself, not one that the addon did. */
function refuseDeno(): void {
  if (runtime.name !== 'Deno') return
  const remedy = 'run allocscope with node, or let record --pid follow the process'
  throw new AllocscopeError('ERR_ALLOCSCOPE_UNSUPPORTED', `${runtimeText} can't share memory with the program: ${remedy}`)
}

/**
 * Memory shared with another process. A sampling thread there writes rows into it, and this process reads them, even while the other's threads are
 * blocked. It is a file without a name: the other process gets {@link SharedRing.descriptor}, and nothing is left when both have ended.
 */
export class SharedRing {
  readonly #id: number
  readonly #rows: RowBuffer
  /** Of the file. The caller who opened the ring closes it. */
  readonly descriptor: number

  private constructor(id: number, descriptor: number) {
    const binding = requireBinding()
    this.#id = id
    this.descriptor = descriptor
    this.#rows = new RowBuffer((buffer) => binding.drainRing(buffer, id))
  }

  /** Makes one of `bytes`. Throws `ERR_ALLOCSCOPE_NO_ADDON`, `ERR_ALLOCSCOPE_PROC_UNREADABLE`, `ERR_ALLOCSCOPE_UNSUPPORTED`. */
  static open(bytes: number): SharedRing {
    refuseDeno()
    requireProc()
    const opened = requireBinding().openRing(bytes)
    if ('failure' in opened) throw toError(opened)
    return new SharedRing(opened.id, opened.descriptor)
  }

  /** The one of `bytes` that another process has opened. Throws as {@link open} does. */
  static join(descriptor: number, bytes: number): SharedRing {
    const id = requireBinding().joinRing(descriptor, bytes)
    if (typeof id !== 'number') throw toError(id)
    return new SharedRing(id, descriptor)
  }

  /** The oldest unread row, valid until the next call; undefined when there is none. */
  nextRow(): Float64Array | undefined {
    return this.#rows.take()
  }

  /** The oldest unread sample; undefined when there is none. */
  next(layout: RowLayout): RingSample | undefined {
    const row = this.#rows.take()
    return row === undefined ? undefined : { sample: toSample(row, layout), published: publishedIn(row, layout) }
  }

  /** The sampler's counters as of now. */
  summary(): WatchSummary {
    return this.#rows.summary()
  }

  close(): void {
    this.#rows.close()
    requireBinding().closeRing(this.#id)
  }
}

/** The writing end of a {@link SharedRing}: a sampling thread of this process. */
export interface RingSampler {
  /** For the reader of the rows. Its times are CLOCK_MONOTONIC's. */
  readonly layout: RowLayout
  /** Adds these figures to every sample from now on. About 0.2 µs. */
  publish(figures: Float64Array): void
  /** Ends the thread. Without it, it runs until the process ends. */
  stop(): void
}

/** Starts a sampling thread that writes into the ring of `bytes` behind `descriptor`. Its samples carry `published` figures of the caller's. */
export function sampleInto(descriptor: number, bytes: number, intervalMs: number, maxCpuShare: number, published: number): RingSampler {
  const binding = requireBinding()
  const id = binding.startSampler(intervalMs, maxCpuShare, bytes, descriptor, published)
  if (typeof id !== 'number') throw toError(id)
  return {
    layout: { ...rowFigures(binding), published, clockOffsetMs: 0 },
    publish: (figures) => {
      binding.publishFigures(figures, id)
    },
    stop: () => {
      binding.stopSampler(id)
      binding.closeSampler(id)
    },
  }
}
