import { AllocscopeError } from '../../errors/index.js'
import type { TrackedFrame, TrackingReport } from '../../track/index.js'
import { frameName } from './frame-name.js'

/** What a line of collapsed stacks can't hold within a frame: the separators. */
function foldable(text: string): string {
  return text.replace(/;/g, ':').replace(/\s+/g, ' ')
}

/** What the widths of collapsed stacks may stand for. */
export const collapsedMeasures = ['live', 'allocated', 'mapped', 'resident'] as const
/** `'mapped'` and `'resident'` are of what is mapped apart from malloc. */
export type CollapsedMeasure = (typeof collapsedMeasures)[number]

interface MeasuredStack {
  readonly frames: readonly TrackedFrame[]
  readonly bytes: number
}

function measure({ stacks, mappings }: TrackingReport, by: CollapsedMeasure): readonly MeasuredStack[] {
  if (by === 'live') return stacks.map(({ frames, liveBytes }) => ({ frames, bytes: liveBytes }))
  if (by === 'allocated') return stacks.map(({ frames, allocatedBytes }) => ({ frames, bytes: allocatedBytes }))
  if (mappings === undefined) {
    throw new AllocscopeError('ERR_ALLOCSCOPE_TRACK_RECORD', 'what was mapped is not known: the program told nothing at its end')
  }
  return mappings.stacks.map(({ frames, mappedBytes, residentBytes }) => ({
    frames,
    bytes: by === 'mapped' ? mappedBytes : residentBytes,
  }))
}

/**
 * Bytes as collapsed stacks, for flamegraph.pl and its like: the outermost frame first, semicolons between frames, then a space and the bytes. In the
 * order of the lines.
 *
 * @throws AllocscopeError `ERR_ALLOCSCOPE_TRACK_RECORD` of mappings where the report doesn't know them.
 */
export function renderCollapsed(report: TrackingReport, by: CollapsedMeasure = 'live'): string {
  const lines = measure(report, by)
    .filter(({ bytes }) => Math.round(bytes) > 0)
    .map(
      ({ frames, bytes }) =>
        `${
          frames.length === 0
            ? '(unknown)'
            : frames
                .toReversed()
                .map((frame) => foldable(frameName(frame)))
                .join(';')
        } ${Math.round(bytes)}`,
    )
  return lines
    .sort()
    .map((line) => `${line}\n`)
    .join('')
}
