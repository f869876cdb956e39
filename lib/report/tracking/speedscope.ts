import type { TrackedFrame, TrackingReport } from '../../track/index.js'
import { frameName } from './frame-name.js'

interface SpeedscopeFrame {
  readonly name: string
  readonly file: string
  readonly line?: number
}

class FrameTable {
  readonly frames: SpeedscopeFrame[] = []
  readonly #places = new Map<string, number>()

  placeOf(frame: TrackedFrame): number {
    const { file, line } = frame
    const name = frameName(frame)
    const key = `${name}\0${file}`
    const known = this.#places.get(key)
    if (known !== undefined) return known
    this.#places.set(key, this.frames.length)
    return this.frames.push({ name, file, ...(line === undefined ? {} : { line }) }) - 1
  }
}

/** Stacks with what each weighs, as one profile. */
function profileOf<Stack extends { readonly frames: readonly TrackedFrame[] }>(
  name: string,
  stacks: readonly Stack[],
  weightOf: (stack: Stack) => number,
  table: FrameTable,
): object {
  const weights = stacks.map((stack) => Math.round(weightOf(stack)))
  return {
    type: 'sampled',
    name,
    unit: 'bytes',
    startValue: 0,
    endValue: weights.reduce((sum, weight) => sum + weight, 0),
    samples: stacks.map(({ frames }) => frames.toReversed().map((frame) => table.placeOf(frame))),
    weights,
  }
}

/**
 * Live bytes, those allocated, and those mapped apart from malloc, resident and in all, as profiles of one file in speedscope's format. Where nothing is mapped, or
 * that isn't known, there are the first two.
 */
export function renderSpeedscope({ stacks, mappings, intervalBytes }: TrackingReport, title: string): string {
  const table = new FrameTable()
  const mapped = mappings?.stacks ?? []
  const ofBlocks = [
    profileOf('live bytes', stacks, ({ liveBytes }) => liveBytes, table),
    profileOf('allocated bytes', stacks, ({ allocatedBytes }) => allocatedBytes, table),
  ]
  const ofMappings = [
    profileOf('resident bytes of mappings', mapped, ({ residentBytes }) => residentBytes, table),
    profileOf('mapped bytes', mapped, ({ mappedBytes }) => mappedBytes, table),
  ]
  return `${JSON.stringify({
    $schema: 'https://www.speedscope.app/file-format-schema.json',
    name: `${title}, one sample for ${intervalBytes} bytes`,
    exporter: 'allocscope',
    activeProfileIndex: 0,
    shared: { frames: table.frames },
    profiles: mapped.length === 0 ? ofBlocks : [...ofBlocks, ...ofMappings],
  })}\n`
}
