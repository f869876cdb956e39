import { runtime, runtimeText } from '../loading/runtime.js'
import type { RequestedAllocator } from '../program/index.js'
import type { ObservedAllocator } from './memory-sample.js'
import type { ObservedLines, StartLine } from './observed-lines.js'

/** Something that a reader must know to judge the figures of an observed program. */
export interface RunNote {
  readonly kind:
    | 'allocator-mismatch'
    | 'not-recorded'
    | 'no-exit-reading'
    | 'torn-line'
    | 'event-loop-blocked'
    | 'peak-between-samples'
    | 'figures-missing'
  readonly message: string
}

/** How an observed program ended, and what it had written by then. */
export interface ObservedEnding {
  readonly exitCode: number | undefined
  readonly signal: string | undefined
  /** Of a process that was attached to: whether it ran on. */
  readonly runsOn?: boolean | undefined
  /** What CLOCK_MONOTONIC said at the end, in milliseconds: the program's own times begin only when node has started. */
  readonly endedAtMs: number
  readonly observed: ObservedLines
}

/** How long before the end the last sample was taken. Undefined when nothing was recorded. */
export function ageOfLast({ endedAtMs, observed }: Pick<ObservedEnding, 'endedAtMs' | 'observed'>, lastMs: number): number | undefined {
  const start = observed.lines.find((line): line is StartLine => line.kind === 'start')
  return start === undefined ? undefined : Math.max(0, endedAtMs - start.clockMs - lastMs)
}

/** Milliseconds for a reader: `1,234 ms`. */
export function milliseconds(value: number): string {
  return `${Math.round(value).toLocaleString('en-US')} ms`
}

/** Notes when malloc is served by another allocator than was asked for. */
export function mismatchNote(requested: RequestedAllocator | undefined, allocator: ObservedAllocator | undefined): RunNote[] {
  if (requested === undefined || allocator === undefined || requested.allocator === allocator.name) return []
  const took = requested.library === undefined ? '' : ` although ${requested.library} was preloaded`
  const message = `${requested.allocator} was asked for, but ${allocator.name} serves malloc in this process${took}: the figures are ${allocator.name}'s.`
  return [{ kind: 'allocator-mismatch', message }]
}

/** Which readings there are. */
interface Reach {
  readonly started: boolean
  readonly exited: boolean
  /** When the last sample was taken. */
  readonly lastMs: number
}

function tornNotes(tornLines: number): RunNote[] {
  if (tornLines === 0) return []
  const message = `${tornLines} line of the record is torn: the process ended while writing it. It was left out.`
  return [{ kind: 'torn-line', message }]
}

/** Notes which of the last readings are missing, and why. */
export function endingNotes(ending: ObservedEnding, { started, exited, lastMs }: Reach): RunNote[] {
  const { exitCode, signal, runsOn, observed } = ending
  const torn = tornNotes(observed.tornLines)
  if (!started) {
    const how = signal === undefined ? `ended with code ${exitCode ?? 0}` : `was ended by ${signal}`
    const message =
      runtime.name === 'Deno'
        ? `nothing was recorded: ${runtimeText} loads nothing before the program. Run allocscope with node.`
        : `nothing was recorded: node ${how} before the program began, or it may not read files or load the recorder.`
    return [{ kind: 'not-recorded', message }, ...torn]
  }
  if (exited) return torn
  const left = runsOn === true ? "The program's event loop was blocked at the end" : 'The program left without its exit event'
  const how = signal === undefined ? left : `${signal} ended the program at once`
  const ago = milliseconds(ageOfLast(ending, lastMs) ?? 0)
  return [
    {
      kind: 'no-exit-reading',
      message: `${how}, so there is no reading at ${runsOn === true ? 'the end' : 'exit'}; the last sample is about ${ago} older than the end.`,
    },
    ...torn,
  ]
}
