import type { TrackingReport } from '../../track/index.js'
import { frameName } from './frame-name.js'

/** What a line of collapsed stacks can't hold within a frame: the separators. */
function foldable(text: string): string {
  return text.replace(/;/g, ':').replace(/\s+/g, ' ')
}

/**
 * Live bytes as collapsed stacks, for flamegraph.pl and its like: the outermost frame first, semicolons between frames, then a space and the bytes. In the
 * order of the lines.
 */
export function renderCollapsed({ stacks }: TrackingReport): string {
  const lines = stacks
    .filter(({ liveBytes }) => Math.round(liveBytes) > 0)
    .map(
      ({ frames, liveBytes }) =>
        `${
          frames.length === 0
            ? '(unknown)'
            : frames
                .toReversed()
                .map((frame) => foldable(frameName(frame)))
                .join(';')
        } ${Math.round(liveBytes)}`,
    )
  return lines
    .sort()
    .map((line) => `${line}\n`)
    .join('')
}
