import { setTimeout as pause } from 'node:timers/promises'

import { AllocscopeError, checkCount, checkNumber, invalidArgumentValue } from '../errors/index.js'
import { findNearNames } from '../profile/load/near-names.js'
import { matchesName } from '../profile/load/name-patterns.js'
import { namesIn, samplesOf } from './function-samples.js'
import type { FunctionSamples, SamplingProfile } from './function-samples.js'
import { hasInspector, InspectorSession } from './inspector-session.js'

/** What a visitor asked for, as it came. */
export interface AskedSampling {
  readonly name: unknown
  readonly intervalBytes: unknown
  /** Ends by itself after so long, milliseconds. */
  readonly forMs: unknown
}

/** What functions of a name allocated in V8's heap, of the calling thread, while it was looked at. */
export interface FunctionProfile extends FunctionSamples {
  readonly name: string
  readonly intervalBytes: number
  readonly durationMs: number
  /** How long ending it kept the event loop, milliseconds. */
  readonly endMs: number
  /** Names that may have been meant, where no sample is of a function of this one. */
  readonly near: readonly string[]
  /** Why there are no lines. */
  readonly lines: { readonly supported: false; readonly reason: string }
}

const longestName = 500

/** Samples of what is no longer there are kept as well, some 100 bytes each: this bounds what they take, at any rate of allocation. */
const longestMs = 120_000

const noLines =
  "V8 counts by function in a program that runs, not by line: its code can't be replaced in every version, nor while an async function waits in it. allocscope profile starts a program with lines"

function checkName(name: unknown): string {
  if (typeof name === 'string' && name !== '' && name.length <= longestName) return name
  throw invalidArgumentValue('name', `a text of 1 to ${longestName} characters`, name)
}

function unsupported(reason: string): AllocscopeError {
  return new AllocscopeError('ERR_ALLOCSCOPE_UNSUPPORTED', `functions can't be sampled in this process: ${reason}`)
}

/** V8 has one sampling profiler: another's must not be ended by ours. It answers only while it is on. */
function requireUnused(session: InspectorSession): void {
  let isUsed = true
  try {
    session.ask('HeapProfiler.getSamplingProfile')
  } catch {
    isUsed = false
  }
  if (isUsed) throw unsupported("V8's sampling heap profiler is in use: end the profiler that has it")
}

/** Doesn't keep the program alive. */
async function waitFor(forMs: number, ended: AbortSignal): Promise<void> {
  await pause(forMs, undefined, { signal: ended, ref: false }).catch(() => undefined)
}

/**
 * Samples what this thread allocates in V8's heap, for `forMs` or until `ended` aborts, and answers with what functions of `name` did.
 *
 * @throws AllocscopeError `ERR_ALLOCSCOPE_UNSUPPORTED` where node has no inspector, or another has V8's profiler; TypeError and RangeError for what was asked.
 */
export async function sampleFunction(ended: AbortSignal, asked: AskedSampling): Promise<FunctionProfile> {
  const name = checkName(asked.name)
  const intervalBytes = checkCount('intervalBytes', asked.intervalBytes, 1024) ?? 512 * 1024
  const forMs = checkNumber('forMs', asked.forMs, 1, 10_000, longestMs)
  if (!hasInspector()) throw unsupported('this node has no inspector')
  const session = new InspectorSession()
  try {
    requireUnused(session)
    const startMs = performance.now()
    const ofAll = { includeObjectsCollectedByMajorGC: true, includeObjectsCollectedByMinorGC: true }
    session.ask('HeapProfiler.startSampling', { samplingInterval: intervalBytes, ...ofAll })
    await waitFor(forMs, ended)
    const durationMs = performance.now() - startMs
    const { profile } = session.ask('HeapProfiler.stopSampling') as { readonly profile: SamplingProfile }
    const found = samplesOf(profile, (one) => matchesName(name, one))
    const near = found.samples === 0 ? findNearNames(name, namesIn(profile.head)) : []
    const endMs = performance.now() - startMs - durationMs
    return { name, intervalBytes, durationMs, endMs, near, ...found, lines: { supported: false, reason: noLines } }
  } finally {
    session.close()
  }
}
