import type { TrackedFrame, TrackedStack, TrackingReport } from '../../track/index.js'
import { frameName } from './frame-name.js'

/** A function of the page. */
export interface PageFrame {
  /** As flame graphs show it. */
  readonly name: string
  /** The whole path with the line, where they are known. */
  readonly place: string
  readonly isNative: boolean
}

/** A stack of the page: places in {@link PageData.frames}, the outermost first. */
export interface PageStack {
  readonly frames: readonly number[]
  readonly liveBytes: number
  readonly liveBytesError: number
  readonly liveBlocks: number
  readonly allocatedBytes: number
  readonly allocations: number
}

/** What the page's script reads. */
export interface PageData {
  readonly frames: readonly PageFrame[]
  readonly stacks: readonly PageStack[]
}

function placeOf({ file, line }: TrackedFrame): string {
  return line === undefined ? file : `${file}:${line}`
}

/** Numbers frames by what is shown of them. */
class FrameTable {
  readonly frames: PageFrame[] = []
  readonly #numbers = new Map<string, number>()

  numberOf(frame: TrackedFrame): number {
    const shown = { name: frameName(frame), place: placeOf(frame), isNative: frame.kind === 'native' }
    const key = JSON.stringify(shown)
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    this.#numbers.set(key, this.frames.length)
    return this.frames.push(shown) - 1
  }
}

function pageStack({ frames, ...figures }: TrackedStack, table: FrameTable): PageStack {
  const { liveBytes, liveBytesError, liveBlocks, allocatedBytes, allocations } = figures
  const numbers = frames.map((frame) => table.numberOf(frame)).reverse()
  return { frames: numbers, liveBytes, liveBytesError, liveBlocks, allocatedBytes, allocations }
}

export function makePageData({ stacks }: TrackingReport): PageData {
  const table = new FrameTable()
  const shown = stacks.map((stack) => pageStack(stack, table))
  return { frames: table.frames, stacks: shown }
}
