/** How much a watch has sampled, and its cost. */
export interface WatchSummary {
  /** Readings made, dropped ones included. */
  readonly samples: number
  /** Deadlines without a reading: the system didn't run the sampling thread in time. */
  readonly missedSamples: number
  /** Readings dropped: the buffer was full. */
  readonly lostSamples: number
  /** Readings that wait in the buffer: nobody was given them yet. */
  readonly waitingSamples: number
  /** How long the watch has run, milliseconds. */
  readonly durationMs: number
  /** Processor time of the sampling thread, milliseconds. `CLOCK_THREAD_CPUTIME_ID`. Delivering the samples on this thread isn't included. */
  readonly cpuMs: number
  /** {@link WatchSummary.cpuMs} / {@link WatchSummary.durationMs}: 0.01 is one per cent of one core. */
  readonly cpuShare: number
  /** The present interval, milliseconds. Longer than asked for while readings cost more than `maxCpuShare` allows. */
  readonly intervalMs: number
}
