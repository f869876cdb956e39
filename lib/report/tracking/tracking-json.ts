import type { TrackedFrame, TrackingReport } from '../../track/index.js'

/**
 * A report as JSON for programs. Bytes are as exact as they are known. Each frame stands once, in `frames`; a stack's are places there, innermost first. An
 * unknown line is `null`.
 */
export function renderTrackingJson({ stacks, ...report }: TrackingReport): string {
  const places = new Map<TrackedFrame, number>()
  const placeOf = (frame: TrackedFrame): number => {
    const place = places.get(frame) ?? places.size
    places.set(frame, place)
    return place
  }
  const numbered = stacks.map((stack) => ({ ...stack, frames: stack.frames.map(placeOf) }))
  const frames = [...places.keys()].map((frame) => ({ ...frame, line: frame.line ?? null }))
  return `${JSON.stringify({ version: 1, ...report, frames, stacks: numbered })}\n`
}
