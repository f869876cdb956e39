import type { LiveOverTime, MappedStack, StackOverTime, TrackedFrame, TrackedStack, TrackingReport } from '../../track/index.js'
import { formatDuration } from '../duration-format.js'
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
  /** What was mapped from here apart from malloc, and what of it is known to be resident. */
  readonly mappedBytes: number
  readonly residentBytes: number
}

/** What a stack had live at a moment: its place in {@link PageTimes.momentsMs}, bytes, and their standard error. */
export type PageMoment = readonly [moment: number, liveBytes: number, liveBytesError: number]

/** What was live when. */
export interface PageTimes {
  /** Without the end, of which {@link PageData.stacks} are. */
  readonly momentsMs: readonly number[]
  readonly endMs: number
  /** Of the moments, and of the end, for a reader. */
  readonly labels: readonly string[]
  readonly stacks: readonly { readonly frames: readonly number[]; readonly live: readonly PageMoment[] }[]
}

/** What the page's script reads. */
export interface PageData {
  readonly frames: readonly PageFrame[]
  readonly stacks: readonly PageStack[]
  /** Null where it isn't known. */
  readonly times: PageTimes | null
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

function outermostFirst(frames: readonly TrackedFrame[], table: FrameTable): readonly number[] {
  return frames.map((frame) => table.numberOf(frame)).reverse()
}

function pageStack({ frames, ...figures }: TrackedStack, table: FrameTable): PageStack {
  const { liveBytes, liveBytesError, liveBlocks, allocatedBytes, allocations } = figures
  const ofMalloc = { liveBytes, liveBytesError, liveBlocks, allocatedBytes, allocations }
  return { frames: outermostFirst(frames, table), ...ofMalloc, mappedBytes: 0, residentBytes: 0 }
}

function mappedStack({ frames, mappedBytes, residentBytes }: MappedStack, table: FrameTable): PageStack {
  const ofMalloc = { liveBytes: 0, liveBytesError: 0, liveBlocks: 0, allocatedBytes: 0, allocations: 0 }
  return { frames: outermostFirst(frames, table), ...ofMalloc, mappedBytes, residentBytes }
}

/** Whole bytes are exact enough for what is sampled. */
function pageTimes({ momentsMs, stacks }: LiveOverTime, endMs: number, table: FrameTable): PageTimes {
  const momentsOf = ({ live }: StackOverTime): readonly PageMoment[] =>
    live.map(({ moment, liveBytes, liveBytesError }) => [moment, Math.round(liveBytes), Math.round(liveBytesError)])
  const shown = stacks.map((stack) => ({ frames: outermostFirst(stack.frames, table), live: momentsOf(stack) }))
  const labels = [...momentsMs, endMs].map((timeMs) => formatDuration(timeMs))
  return { momentsMs, endMs, labels, stacks: shown }
}

export function makePageData({ stacks, mappings, durationMs }: TrackingReport, times?: LiveOverTime): PageData {
  const table = new FrameTable()
  const mapped = mappings?.stacks ?? []
  const shown = [...stacks.map((stack) => pageStack(stack, table)), ...mapped.map((stack) => mappedStack(stack, table))]
  const isKnown = times !== undefined && times.momentsMs.length > 0
  return { frames: table.frames, stacks: shown, times: isKnown ? pageTimes(times, durationMs, table) : null }
}
