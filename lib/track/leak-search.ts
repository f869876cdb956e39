import { performance } from 'node:perf_hooks'
import path from 'node:path'
import { setFlagsFromString } from 'node:v8'

import { requireTracker } from '../binding/load-tracker.js'
import { isAllocscopeError } from '../errors/index.js'
import { collectFully } from '../heap/full-collection.js'
import { dropOptimizedCode } from './ask-v8.js'
import { findGrowing } from './growing-places.js'
import type { LeakingPlace } from './tracking-report.js'
import type { TrackRecord } from './track-record.js'
import { TrackingSession } from './tracking-session.js'

/** Every block is sampled: figures are counted, not estimated. */
const everyByte = 1
/** Each session has as many calls more than the one before as the first has. What is filled once shows in all, and what replaces older memory doesn't grow. */
const sessions = 5
/** Enough to tell a rate. */
const mostCalls = 32

/** Flags of V8's compilers. What they inline is drawn to its caller, whose line would have what it leaks. They are on unless the program was started without. */
const inliningFlags = ['turbo-inlining', 'maglev-inlining']
const firstMs = 100
/** What a leak may add in all sessions. */
const mostBytes = 32 * 2 ** 20

/** The scripts of this package. What they allocate by themselves isn't the function's. */
const packageFolder = path.join(__dirname, '..') + path.sep

/** What a search for leaking lines found. */
export interface LeakSearch {
  /** Calls that were made for it, beyond those of the check. */
  readonly calls: number
  /** Places whose live bytes grew with the calls, the most bytes a call first. */
  readonly places: readonly LeakingPlace[]
  /** Why nothing could be looked for, or what may be wrong with what was found, in words. Empty as a rule. */
  readonly limitations: readonly string[]
}

/** Options of {@link findLeakingLines}. */
export interface LeakSearchOptions {
  /** What is known to leak: the more, the fewer calls are made. */
  readonly bytesPerCall: number
  readonly signal?: AbortSignal | undefined
}

function nothing(reason: string): LeakSearch {
  return { calls: 0, places: [], limitations: [reason] }
}

/** Code under check may throw anything. */
function textOf(thrown: unknown): string {
  try {
    return String((thrown as Partial<Error> | undefined)?.message ?? thrown)
  } catch {
    return 'what cannot be printed'
  }
}

/** Runs `work` while V8 inlines nothing that it compiles. A flag that the program was started with stays as it is. */
async function withoutInlining<Result>(work: () => Promise<Result>): Promise<Result> {
  const given = [...process.execArgv, process.env['NODE_OPTIONS'] ?? ''].join(' ').replaceAll('_', '-')
  const flags = inliningFlags.filter((flag) => !given.includes(flag))
  for (const flag of flags) setFlagsFromString(`--no-${flag}`)
  try {
    return await work()
  } finally {
    for (const flag of flags) setFlagsFromString(`--${flag}`)
  }
}

/** Calls `action` so often, but for longer than `endMs` only once. Answers with the number of calls. */
async function repeat(action: () => unknown, calls: number, endMs: number): Promise<number> {
  let made = 0
  while (made < calls && (made === 0 || performance.now() < endMs)) {
    await action()
    made += 1
  }
  return made
}

/**
 * One session: what a full collection leaves of these calls. Each begins without code into which anything was inlined before.
 */
async function trackCalls(action: () => unknown, calls: number, endMs = Infinity): Promise<{ calls: number; record: TrackRecord }> {
  dropOptimizedCode()
  const session = new TrackingSession(requireTracker(), everyByte)
  try {
    const made = await repeat(action, calls, endMs)
    await collectFully()
    return { calls: made, record: session.look() }
  } finally {
    session.tracker.stop()
  }
}

async function track(action: () => unknown, { bytesPerCall, signal }: LeakSearchOptions): Promise<LeakSearch> {
  const affordable = mostBytes / ((sessions * (sessions + 1)) / 2) / Math.max(1, bytesPerCall)
  const wanted = Math.max(1, Math.min(mostCalls, Math.floor(affordable)))
  const first = await trackCalls(action, wanted, performance.now() + firstMs)
  const records = [first.record]
  let calls = first.calls
  while (records.length < sessions) {
    if (signal?.aborted === true) return { calls, places: [], limitations: ['the search for leaking lines was aborted'] }
    const next = await trackCalls(action, first.calls * (records.length + 1))
    calls += next.calls
    records.push(next.record)
  }
  return { calls, ...findGrowing(records, first.calls, requireTracker(), packageFolder) }
}

/**
 * Which lines and native functions hold what calls of `action` leave behind: it is called some more times while every native block is tracked. Only
 * what grows with the number of calls counts. Never throws: where it can't be found out, `limitations` has the reason.
 */
export async function findLeakingLines(action: () => unknown, options: LeakSearchOptions): Promise<LeakSearch> {
  try {
    return await withoutInlining(() => track(action, options))
  } catch (error) {
    return nothing(isAllocscopeError(error) ? error.message : `the function failed while it was tracked: ${textOf(error)}`)
  }
}
