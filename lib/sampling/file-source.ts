import { isFailure, requireBinding, toError } from '../binding/index.js'
import type { NativeBinding } from '../binding/index.js'
import { RowBuffer } from './row-buffer.js'
import type { WatchSummary } from './sampling-summary.js'

/** Places in a row. FileField of native/sampler/file_sampler.h. */
export const filePlace = { length: 0, timeMs: 1, figures: 2 } as const

/** The numbers of the files at one moment. */
export interface FileSample {
  /** CLOCK_MONOTONIC. */
  readonly timeMs: number
  /** In the order that was asked for; NaN where a file doesn't tell it. Valid until the next sample is taken. */
  readonly figures: Float64Array
}

/** A reading that costs more than this share of a core comes less often. */
const maxCpuShare = 0.01

/** A thread that reads numbers of the kernel's files, whatever the event loop is doing, and its samples in order. */
export class FileSource {
  readonly #binding: NativeBinding
  readonly #id: number
  readonly #rows: RowBuffer

  /** Throws `ERR_ALLOCSCOPE_NO_ADDON`, `ERR_ALLOCSCOPE_PROC_UNREADABLE`, `ERR_ALLOCSCOPE_UNSUPPORTED` for the 65th. */
  constructor(intervalMs: number, figures: readonly { readonly path: string; readonly key: string }[]) {
    const binding = requireBinding()
    const [paths, keys] = [figures.map(({ path }) => path), figures.map(({ key }) => key)]
    const id = binding.startFileSampler(intervalMs, maxCpuShare, paths, keys)
    if (isFailure(id)) throw toError(id)
    this.#binding = binding
    this.#id = id
    this.#rows = new RowBuffer((buffer) => binding.drainFileSampler(buffer, id))
  }

  /** The oldest unread sample; undefined when there is none. */
  next(): FileSample | undefined {
    const row = this.#rows.take()
    return row && { timeMs: row[filePlace.timeMs] as number, figures: row.subarray(filePlace.figures) }
  }

  /** The counters as of now, or as of the end. */
  summary(): WatchSummary {
    return this.#rows.summary()
  }

  /** Ends the thread. What wasn't taken is lost. */
  close(): void {
    this.#rows.summary()
    this.#rows.close()
    this.#binding.closeFileSampler(this.#id)
  }
}
