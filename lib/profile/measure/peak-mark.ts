import { isFailure, requireBinding, toError } from '../../binding/index.js'

/** The peak of RSS during a span of time. */
export interface PeakSpan {
  peakBytes: number
}

const spans = new Set<PeakSpan>()

/** Reads the kernel's mark, which resets it. There is one for the whole process, so every open span gets the peak. */
function look(): void {
  const peak = requireBinding().takePeak()
  if (isFailure(peak)) throw toError(peak)
  for (const span of spans) span.peakBytes = Math.max(span.peakBytes, peak)
}

export function beginPeakSpan(): PeakSpan {
  look()
  const span = { peakBytes: 0 }
  spans.add(span)
  return span
}

export function endPeakSpan(span: PeakSpan): number {
  try {
    look()
  } finally {
    spans.delete(span)
  }
  return span.peakBytes
}
