import { noiseOf, roundingShare, roundLimits } from '../release/index.js'
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
  /** In use at the end, less the least after any round, less what the allocator's rounding explains. The rounds needn't agree on it. */
  readonly netBytes: number
  readonly noiseBytes: number
  /** Calls after the warm-up. */
  readonly calls: number
}

/** `'doubtful'`: more is in use than before, but the growth isn't even. `'unproven'`: the noise is larger than what is allowed. */
export type NativeJudgement = 'leaks' | 'within' | 'doubtful' | 'unproven'

function netGrowth(rounds: readonly CheckRound[], pick: (round: CheckRound) => number): number {
  return pick(rounds.at(-1) as CheckRound) - Math.min(...rounds.map(pick))
}

/** Undefined when the allocator doesn't tell what is in use. */
export function nativeGrowthOf({ rounds, live, bytes }: NativeEvidence): NativeGrowth | undefined {
  if (rounds.some(({ nativeBytes }) => nativeBytes === undefined)) return undefined
  const counted = rounds.slice(1)
  const sumOf = (some: readonly CheckRound[]): number => some.reduce((sum, { calls }) => sum + calls, 0)
  const noiseBytes = noiseOf('native', bytes.peakBytes - bytes.baselineBytes)
  const growth = live.find(({ where, grows }) => where === 'native' && grows)
  const rounding = netGrowth(rounds, ({ externalBytes }) => externalBytes) * roundingShare
  return {
    bytesPerCall: growth?.bytesPerCall ?? 0,
    confidence: growth?.confidence ?? 'low',
    allowanceBytesPerCall: counted.length < 2 ? Infinity : noiseBytes / sumOf(counted.slice(-roundLimits.judged)),
    netBytes: netGrowth(rounds, ({ nativeBytes }) => nativeBytes as number) - rounding,
    noiseBytes,
    calls: sumOf(counted),
  }
}

/** Whether native memory grew by more than `perCallBytes` a call, beyond the noise. */
export function judgeNativeGrowth(growth: NativeGrowth, perCallBytes: number): NativeJudgement {
  const { bytesPerCall, allowanceBytesPerCall, netBytes, noiseBytes, calls } = growth
  if (allowanceBytesPerCall === Infinity) return 'unproven'
  if (bytesPerCall > 0 && bytesPerCall >= perCallBytes + allowanceBytesPerCall) return 'leaks'
  if (netBytes > noiseBytes + perCallBytes * calls) return 'doubtful'
  return perCallBytes > 0 && allowanceBytesPerCall > perCallBytes ? 'unproven' : 'within'
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
