/** What a watch has done and cost. */
export interface WatchSummary {
  /** Readings made, dropped ones included. */
  readonly samples: number
  /** Deadlines passed without a reading, as the sampling thread wasn't run in time. */
  readonly missedSamples: number
  /** Readings dropped, as the buffer was full. */
  readonly lostSamples: number
  /** How long the watch has run, milliseconds. */
  readonly durationMs: number
  /** What the sampling thread has used of a core, milliseconds. `CLOCK_THREAD_CPUTIME_ID`; delivering the samples on this thread isn't in it. */
  readonly cpuMs: number
  /** {@link WatchSummary.cpuMs} / {@link WatchSummary.durationMs}: 0.01 is one per cent of one core. */
  readonly cpuShare: number
  /** The interval kept now, milliseconds: more than was asked for while readings are too dear for `maxCpuShare`. */
  readonly intervalMs: number
}
