import type { ArenaSample } from '../sampling/index.js'
import { ChangeDetector } from './change-detector.js'
import { FigureTracks } from './figure-tracks.js'
import type { FigureTrack } from './figure-tracks.js'
import type { ArenaChange, NewArena, ThresholdChange } from './watch-events.js'
import type { WatchOptions } from './watch-options.js'

/** What is new in one sample. */
export interface SampleChanges {
  readonly changes: readonly ArenaChange[]
  readonly newArenas: readonly NewArena[]
  readonly thresholds: readonly ThresholdChange[]
}

/** Compares each sample with those before it, and adds its figures to the tracks. */
export class SampleComparison {
  readonly #options: Required<WatchOptions>
  readonly #tracks: FigureTracks
  readonly #detectors = new Map<FigureTrack, ChangeDetector>()
  #previous: ArenaSample | undefined

  constructor(options: Required<WatchOptions>, tracks = new FigureTracks(options.trendWindowMs)) {
    this.#options = options
    this.#tracks = tracks
  }

  add(sample: ArenaSample): SampleChanges {
    const previous = this.#previous
    this.#previous = sample
    return {
      newArenas: previous === undefined ? [] : newArenas(previous, sample),
      thresholds: previous === undefined ? [] : thresholdChanges(previous, sample),
      changes: this.#changes(sample, previous?.timeMs),
    }
  }

  #changes({ timeMs, rssBytes, mappedBytes, mmappedBytes, arenas }: ArenaSample, previousMs: number | undefined): readonly ArenaChange[] {
    const found = [
      this.#detect('rss', this.#tracks.add('rss', timeMs, rssBytes)),
      this.#detect('mapped', this.#tracks.add('mapped', timeMs, mappedBytes)),
      this.#detect('mmapped', this.#tracks.add('mmapped', timeMs, mmappedBytes)),
      ...arenas.map((bytes, arena) => this.#detect('arena', this.#tracks.add('arena', timeMs, bytes, arena, previousMs))),
    ]
    return found.filter((change) => change !== undefined)
  }

  #detect(subject: ArenaChange['subject'], track: FigureTrack | undefined): ArenaChange | undefined {
    if (track === undefined) return undefined
    let detector = this.#detectors.get(track)
    if (detector === undefined) {
      detector = new ChangeDetector(subject, track.arena, this.#options)
      this.#detectors.set(track, detector)
      detector.add(track.first.timeMs, track.first.bytes)
    }
    const change = detector.add(track.last.timeMs, track.last.bytes)
    return change && { ...change, trend: track.trend }
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
