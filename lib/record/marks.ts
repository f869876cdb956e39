import { types } from 'node:util'

import { requireFunction, invalidArgumentType, invalidArgumentValue } from '../errors/index.js'
import { monotonicMs } from '../process/monotonic-clock.js'

/** Whoever records this thread. Times are milliseconds of CLOCK_MONOTONIC. */
export interface MarkReceiver {
  mark(name: string, timeMs: number): void
  span(span: ReceivedSpan): void
}

/** A span that has ended. */
export interface ReceivedSpan {
  readonly name: string
  readonly startMs: number
  readonly endMs: number
  readonly startRssBytes: number
  readonly endRssBytes: number
  readonly depth: number
}

/** The recorder may have been loaded from another copy of the package than the program has. */
const place = Symbol.for('allocscope.markReceivers')

const longestName = 500

function receivers(): Set<MarkReceiver> {
  const known = (globalThis as { [place]?: Set<MarkReceiver> })[place]
  if (known !== undefined) return known
  const made = new Set<MarkReceiver>()
  Object.defineProperty(globalThis, place, { value: made, configurable: true })
  return made
}

/** Gives `receiver` the marks and spans of this thread from now on. The returned function ends it, and leaves nothing to be seen when nobody else has them. */
export function receiveMarks(receiver: MarkReceiver): () => void {
  receivers().add(receiver)
  return () => {
    const others = receivers()
    others.delete(receiver)
    if (others.size === 0) Reflect.deleteProperty(globalThis, place)
  }
}

function checkName(name: unknown): asserts name is string {
  if (typeof name !== 'string') throw invalidArgumentType('name', 'a string', name)
  if (name === '' || name.length > longestName || /[\n\r]/.test(name)) {
    throw invalidArgumentValue('name', `a string of 1 to ${longestName} characters without a line break`, name)
  }
}

/** Public: described where it is exported, in lib/index.ts. */
export function mark(name: string): void {
  checkName(name)
  if (receivers().size === 0) return
  const timeMs = monotonicMs()
  for (const receiver of receivers()) receiver.mark(name, timeMs)
}

let depth = 0

/** Begins a span; the returned function ends it. */
function openSpan(name: string): () => void {
  const startRssBytes = process.memoryUsage.rss()
  const startMs = monotonicMs()
  const ownDepth = depth++
  return () => {
    depth -= 1
    const ended = { name, startMs, endMs: monotonicMs(), startRssBytes, endRssBytes: process.memoryUsage.rss(), depth: ownDepth }
    for (const receiver of receivers()) receiver.span(ended)
  }
}

async function endWhenSettled<Result>(promise: Promise<Result>, end: () => void): Promise<Result> {
  try {
    return await promise
  } finally {
    end()
  }
}

/** Runs `work` as a span, if anybody records this thread. The name isn't checked. */
export function runSpan<Result>(name: string, work: () => Result): Result {
  if (receivers().size === 0) return work()
  const end = openSpan(name.slice(0, longestName))
  let isPending = false
  try {
    const result = work()
    if (!types.isPromise(result)) return result
    isPending = true
    return endWhenSettled(result, end) as Result
  } finally {
    if (!isPending) end()
  }
}

/** Public: described where it is exported, in lib/index.ts. */
export function span<Result>(name: string, work: () => Result): Result {
  checkName(name)
  requireFunction('work', work)
  return runSpan(name, work)
}
