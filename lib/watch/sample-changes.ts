import type { ArenaSample } from './arena-sample.js'
import { ChangeDetector } from './change-detector.js'
import type { ArenaChange, NewArena, ThresholdChange } from './watch-events.js'
import type { WatchOptions } from './watch-options.js'

/** What one sample shows to be new. */
export interface SampleChanges {
  readonly changes: readonly ArenaChange[]
  readonly newArenas: readonly NewArena[]
  readonly thresholds: readonly ThresholdChange[]
}

/** Compares each sample with those before it. */
export class SampleComparison {
  readonly #options: Required<WatchOptions>
  readonly #detectors = new Map<string, ChangeDetector>()
  #previous: ArenaSample | undefined

  constructor(options: Required<WatchOptions>) {
    this.#options = options
  }

  add(sample: ArenaSample): SampleChanges {
    const previous = this.#previous
    this.#previous = sample
    return {
      newArenas: previous === undefined ? [] : newArenas(previous, sample),
      thresholds: previous === undefined ? [] : thresholdChanges(previous, sample),
      changes: this.#changes(sample, previous),
    }
  }

  #changes(sample: ArenaSample, previous: ArenaSample | undefined): readonly ArenaChange[] {
    const found = [
      this.#detect('rss', undefined, sample.timeMs, sample.rssBytes),
      this.#detect('mapped', undefined, sample.timeMs, sample.mappedBytes),
      this.#detect('mmapped', undefined, sample.timeMs, sample.mmappedBytes),
      ...sample.arenas.map((bytes, arena) => this.#detect('arena', arena, sample.timeMs, bytes, previous)),
    ]
    return found.filter((change) => change !== undefined)
  }

  #detect(
    subject: ArenaChange['subject'],
    arena: number | undefined,
    timeMs: number,
    bytes: number | undefined,
    previous?: ArenaSample,
  ): ArenaChange | undefined {
    if (bytes === undefined) return undefined
    const key = `${subject} ${arena ?? ''}`
    let detector = this.#detectors.get(key)
    if (detector === undefined) {
      detector = new ChangeDetector(subject, arena, this.#options)
      this.#detectors.set(key, detector)
      // An arena made during the watch grew from nothing.
      if (previous !== undefined) detector.add(previous.timeMs, 0)
    }
    return detector.add(timeMs, bytes)
  }
}

function newArenas(previous: ArenaSample, { arenas, timeMs }: ArenaSample): readonly NewArena[] {
  const first = previous.arenas.length
  return arenas.slice(first).map((bytes, index) => ({ arena: first + index, bytes, timeMs }))
}

function thresholdChanges(previous: ArenaSample, sample: ArenaSample): readonly ThresholdChange[] {
  const pairs = [
    ['mmap', previous.mmapThresholdBytes, sample.mmapThresholdBytes],
    ['trim', previous.trimThresholdBytes, sample.trimThresholdBytes],
  ] as const
  return pairs.flatMap(([threshold, fromBytes, toBytes]) =>
    fromBytes === undefined || toBytes === undefined || fromBytes === toBytes
      ? []
      : [{ threshold, fromBytes, toBytes, timeMs: sample.timeMs }],
  )
}
