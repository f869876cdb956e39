/** How a figure has moved. */
export interface ArenaTrend {
  /** The slope of a least-squares line through the window, bytes a second; undefined while there is only one point. */
  readonly bytesPerSecond: number | undefined
  /** The figure's last value less that at the window's beginning, bytes. Divided by the window's time, it is the mean rate. */
  readonly changedBytes: number
  /** The time that the line spans, milliseconds: `trendWindowMs` at the most, less soon after the start. */
  readonly overMs: number
  /** The sum of every rise between two successive samples since the watch began, bytes. */
  readonly risenBytes: number
  /** The sum of every fall, bytes. 0 when the figure was never seen to shrink. */
  readonly fallenBytes: number
}

/** A figure moved by more than the watch's filter allows: the event `'growth'` or `'shrink'`. */
export interface ArenaChange {
  /** `'rss'`; `'mapped'`, all that the allocator has from the system; `'mmapped'`, glibc's own mmaps; or `'arena'`, one of glibc's. */
  readonly subject: 'rss' | 'mapped' | 'mmapped' | 'arena'
  /** The arena's number, an index of {@link ArenaSample.arenas}; undefined unless the subject is `'arena'`. */
  readonly arena: number | undefined
  /** The figure at the last event about it, or its first value, bytes. */
  readonly fromBytes: number
  /** The figure now, bytes. */
  readonly toBytes: number
  /** When it was {@link ArenaChange.fromBytes}, on the clock of `performance.now()`. */
  readonly fromTimeMs: number
  /** When it was {@link ArenaChange.toBytes}: the time of the sample, not of the event. */
  readonly timeMs: number
  readonly trend: ArenaTrend
}

/** glibc made an arena: the event `'arena'`. Those that were there at the start aren't announced. */
export interface NewArena {
  /** Its number, an index of {@link ArenaSample.arenas}. */
  readonly arena: number
  /** What it had from the system when it was first seen; undefined beyond 2,048 arenas. */
  readonly bytes: number | undefined
  readonly timeMs: number
}

/** glibc adapted a dynamic threshold: the event `'threshold'`. It does so when a chunk with an mmap of its own is freed. */
export interface ThresholdChange {
  /** `'mmap'`: {@link ArenaSample.mmapThresholdBytes}. `'trim'`: {@link ArenaSample.trimThresholdBytes}. */
  readonly threshold: 'mmap' | 'trim'
  readonly fromBytes: number
  readonly toBytes: number
  readonly timeMs: number
}

/** Samples were dropped as the buffer was full: the event `'overflow'`. The samples before and after are in order and true. */
export interface SampleOverflow {
  /** Samples dropped since the last such event. */
  readonly lostSamples: number
  /** Samples dropped since the watch began. */
  readonly totalLostSamples: number
}
