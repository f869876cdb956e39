import type { MappedStack, StayingPlaces, StayingProcess, TrackedFrame, TrackedStack, TrackingReport } from '../../track/index.js'

/**
 * A report as JSON for programs. Bytes are as exact as they are known. Each frame stands once, in `frames`; a stack's are places there, innermost first. An
 * unknown line is `null`, as is each figure of `leaks` that isn't known. `leaks` is there when it was asked for.
 */
export function renderTrackingJson(
  { stacks, mappings, ...report }: TrackingReport,
  leaks?: StayingPlaces | { readonly processes: readonly StayingProcess[] },
): string {
  const places = new Map<TrackedFrame, number>()
  const placeOf = (frame: TrackedFrame): number => {
    const place = places.get(frame) ?? places.size
    places.set(frame, place)
    return place
  }
  const number = (stack: TrackedStack | MappedStack): object => ({ ...stack, frames: stack.frames.map(placeOf) })
  const numbered = stacks.map(number)
  const mapped = mappings && { ...mappings, stacks: mappings.stacks.map(number) }
  const frames = [...places.keys()]
  const unknown = (_key: string, value: unknown): unknown => (value === undefined ? null : value)
  const asked = leaks === undefined ? {} : { leaks }
  return `${JSON.stringify({ version: 1, ...report, mappings: mapped, ...asked, frames, stacks: numbered }, unknown)}\n`
}
