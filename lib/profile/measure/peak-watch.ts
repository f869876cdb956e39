import { isFailure, requireBinding, toError } from '../../binding/index.js'

/** The most that RSS was during a span of time. */
export interface PeakWatch {
  peakBytes: number
}

const watches = new Set<PeakWatch>()

/** The kernel has one mark for all: whoever looks tells everybody. */
function look(): void {
  const peak = requireBinding().takePeak()
  if (isFailure(peak)) throw toError(peak)
  for (const watch of watches) watch.peakBytes = Math.max(watch.peakBytes, peak)
}

export function beginPeakWatch(): PeakWatch {
  look()
  const watch = { peakBytes: 0 }
  watches.add(watch)
  return watch
}

export function endPeakWatch(watch: PeakWatch): number {
  try {
    look()
  } finally {
    watches.delete(watch)
  }
  return watch.peakBytes
}
