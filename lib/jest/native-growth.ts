import { noiseOf, roundLimits } from '../release/index.js'
import type { CheckRound, LiveMemory, ReleaseCheck } from '../release/index.js'

/** The part of a check that is read here. */
export type NativeEvidence = Pick<ReleaseCheck, 'rounds' | 'live' | 'calls'> & {
  readonly bytes: Pick<ReleaseCheck['bytes'], 'peakBytes' | 'baselineBytes'>
}

/** The growth of native memory in the rounds of a check. */
export interface NativeGrowth {
  /** Growth a call; 0 when the rounds don't agree on it. */
  readonly bytesPerCall: number
  readonly confidence: LiveMemory['confidence']
  /** Growth a call up to this can't be told from noise: `noiseBytes` over the calls of the judged rounds. Infinite with too few rounds. */
  readonly allowanceBytesPerCall: number
  /** In use at the end, less the least after any round. The rounds needn't agree on it. */
  readonly netBytes: number
  readonly noiseBytes: number
  /** By how much allocators within libraries that don't tell what is in use grew in the last round, which has the most calls. */
  readonly untoldBytes: number
  /** What malloc serves beyond array buffers, and what is declared, here or by other threads: by how much each grew in the last round. */
  readonly servedBytes: number
  readonly declaredBytes: number
  /** Memories of WebAssembly, as far as they may be among what other threads declare. */
  readonly maybeWasmBytes: number
  /** Calls of the last round. */
  readonly lastCalls: number
  /** Calls after the warm-up. */
  readonly calls: number
}

/** `'doubtful'`: more is in use than before, but the growth isn't even. `'unproven'`: the noise is larger than what is allowed. */
export type NativeJudgement = 'leaks' | 'within' | 'doubtful' | 'unproven'

function netGrowth(rounds: readonly CheckRound[], pick: (round: CheckRound) => number): number {
  return pick(rounds.at(-1) as CheckRound) - Math.min(...rounds.map(pick))
}

function lastGrowth(rounds: readonly CheckRound[], pick: (round: CheckRound) => number | undefined): number {
  const [before, last] = rounds.slice(-2).map(pick)
  return (last ?? 0) - (before ?? 0)
}

/** Native code's: malloc's, allocators' within libraries where they count what is in use, and what nobody else claims. */
const nativePlaces: readonly LiveMemory['where'][] = ['native', 'embedded', 'unclaimed']

/** Undefined when the allocator doesn't tell what is in use. */
export function nativeGrowthOf({ rounds, live, bytes }: NativeEvidence): NativeGrowth | undefined {
  if (rounds.some(({ grown }) => grown.nativeBytes === undefined)) return undefined
  const counted = rounds.slice(1)
  const sumOf = (some: readonly CheckRound[]): number => some.reduce((sum, { calls }) => sum + calls, 0)
  const noiseBytes = noiseOf('native', bytes.peakBytes - bytes.baselineBytes)
  const ofOthers = lastGrowth(rounds, ({ grown }) => grown.otherExternalBytes)
  const growing = live.filter(({ where, grows }) => nativePlaces.includes(where) && grows)
  return {
    bytesPerCall: growing.reduce((sum, { bytesPerCall }) => sum + bytesPerCall, 0),
    confidence: growing.find(({ confidence }) => confidence === 'high')?.confidence ?? growing[0]?.confidence ?? 'low',
    allowanceBytesPerCall: counted.length < 2 ? Infinity : noiseBytes / sumOf(counted.slice(-roundLimits.judged)),
    netBytes: netGrowth(rounds, ({ grown, embeddedBytes }) => (grown.nativeBytes as number) + embeddedBytes),
    noiseBytes,
    untoldBytes: lastGrowth(rounds, ({ embeddedMappedBytes }) => embeddedMappedBytes),
    servedBytes: lastGrowth(rounds, ({ grown }) => grown.nativeMostBytes),
    declaredBytes: lastGrowth(rounds, ({ grown }) => grown.declaredBytes) + ofOthers,
    maybeWasmBytes: Math.min(
      ofOthers,
      lastGrowth(rounds, ({ grown }) => grown.wasmBytes),
    ),
    lastCalls: rounds.at(-1)?.calls ?? 0,
    calls: sumOf(counted),
  }
}

/** Whether allocators that don't tell what is in use grew so much that a leak may hide there. */
export function isUntold({ untoldBytes, noiseBytes, lastCalls }: NativeGrowth, perCallBytes: number): boolean {
  return untoldBytes > noiseBytes + perCallBytes * lastCalls
}

/**
 * Whether a leak may hide behind what is declared. Where malloc serves less than is declared, some of that lies elsewhere, and what malloc serves may be a
 * leak. Where it serves more, and that isn't native memory at least, strings may be counted at half their bytes, or it is a leak. Nor does malloc serve the
 * memories of WebAssembly that other threads have.
 */
export function isMasked(
  { servedBytes, declaredBytes, maybeWasmBytes, noiseBytes, lastCalls }: NativeGrowth,
  perCallBytes: number,
): boolean {
  const allowedBytes = noiseBytes + perCallBytes * lastCalls
  if (servedBytes <= allowedBytes || declaredBytes <= noiseBytes) return false
  return maybeWasmBytes > noiseBytes || declaredBytes > servedBytes + noiseBytes || servedBytes - declaredBytes > allowedBytes
}

/** Without a figure of what is allowed, a leak larger than this a call must show. */
const worstAllowance = 64 * 1024

/** Whether native memory grew by more than `perCallBytes` a call, beyond the noise. */
export function judgeNativeGrowth(growth: NativeGrowth, perCallBytes: number): NativeJudgement {
  const { bytesPerCall, allowanceBytesPerCall, netBytes, noiseBytes, calls } = growth
  if (allowanceBytesPerCall === Infinity) return 'unproven'
  if (bytesPerCall > 0 && bytesPerCall >= perCallBytes + allowanceBytesPerCall) return 'leaks'
  if (netBytes > noiseBytes + perCallBytes * calls) return 'doubtful'
  if (isUntold(growth, perCallBytes) || isMasked(growth, perCallBytes)) return 'unproven'
  return allowanceBytesPerCall > (perCallBytes > 0 ? perCallBytes : worstAllowance) ? 'unproven' : 'within'
}

/** Three rounds, of 1, 2 and 4 calls, are the least that shows growth. */
const fewestCalls = 7

/** A second check is worth its time only with at least this many times the calls. */
const worthwhileFactor = 4

/** How many calls a second check would have time for, by the quickest round. Undefined when that isn't many more than were made. */
export function worthwhileCalls({ rounds, bytes, calls }: NativeEvidence): number | undefined {
  const counted = rounds.slice(1)
  const made = counted.reduce((sum, round) => sum + round.calls, 0)
  const quickest = Math.min(...counted.map((round) => round.durationMs / round.calls))
  const risePerCall = (bytes.peakBytes - bytes.baselineBytes) / calls
  const affordable = Math.min(roundLimits.calls, roundLimits.budgetMs / quickest, roundLimits.growthBytes / risePerCall)
  const worthwhile = Math.max(fewestCalls, Math.floor(affordable))
  return worthwhile >= made * worthwhileFactor ? worthwhile : undefined
}
