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

/** Live bytes, and those allocated, as two profiles in speedscope's file format. */
export function renderSpeedscope({ stacks, intervalBytes }: TrackingReport, title: string): string {
  const table = new FrameTable()
  const samples = stacks.map(({ frames }) => frames.toReversed().map((frame) => table.placeOf(frame)))
  const profile = (name: string, weights: readonly number[]): unknown => {
    const whole = weights.map((weight) => Math.round(weight))
    return {
      type: 'sampled',
      name,
      unit: 'bytes',
      startValue: 0,
      endValue: whole.reduce((sum, weight) => sum + weight, 0),
      samples,
      weights: whole,
    }
  }
  const live = profile(
    'live bytes',
    stacks.map(({ liveBytes }) => liveBytes),
  )
  const allocated = profile(
    'allocated bytes',
    stacks.map(({ allocatedBytes }) => allocatedBytes),
  )
  const shared = { frames: table.frames }
  return `${JSON.stringify({
    $schema: 'https://www.speedscope.app/file-format-schema.json',
    name: `${title}, one sample for ${intervalBytes} bytes`,
    exporter: 'allocscope',
    activeProfileIndex: 0,
    shared,
    profiles: [live, allocated],
  })}\n`
}
