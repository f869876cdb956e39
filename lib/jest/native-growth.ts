import { noiseOf, roundingShare, roundLimits } from '../release/index.js'
import type { CheckRound, LiveMemory, ReleaseCheck } from '../release/index.js'

/** What is read of a check here. */
export type NativeEvidence = Pick<ReleaseCheck, 'rounds' | 'live' | 'calls'> & {
  readonly bytes: Pick<ReleaseCheck['bytes'], 'peakBytes' | 'baselineBytes'>
}

/** What the rounds of a check say of native memory. */
export interface NativeGrowth {
  /** Growth a call, where the rounds agree on it; 0 otherwise. */
  readonly bytesPerCall: number
  readonly confidence: LiveMemory['confidence']
  /** Growth a call that these rounds can't tell from noise: the noise of native memory over the calls that are judged. Infinite when too few are. */
  readonly allowanceBytesPerCall: number
  /** By how much more was in use at the end than at the least before, less what size classes explain: growth on which the rounds needn't agree. */
  readonly netBytes: number
  readonly noiseBytes: number
  /** Calls after the warm-up. */
  readonly calls: number
}

/** `'doubtful'`: there is more in use than before, but not by as much with each call. `'unproven'`: noise hides more than what is allowed. */
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

/** Whether it grew by more than `perCallBytes` a call and by what can't be told from noise. */
export function judgeNativeGrowth(growth: NativeGrowth, perCallBytes: number): NativeJudgement {
  const { bytesPerCall, allowanceBytesPerCall, netBytes, noiseBytes, calls } = growth
  if (allowanceBytesPerCall === Infinity) return 'unproven'
  if (bytesPerCall > 0 && bytesPerCall >= perCallBytes + allowanceBytesPerCall) return 'leaks'
  if (netBytes > noiseBytes + perCallBytes * calls) return 'doubtful'
  return perCallBytes > 0 && allowanceBytesPerCall > perCallBytes ? 'unproven' : 'within'
}

/** Three rounds, of 1, 2 and 4 calls, are the least that shows growth. */
const fewestCalls = 7

/** A further check is worth its time with so many times the calls. */
const worthwhileFactor = 4

/** How often there would be time to call, by the quickest round; undefined when a check has had about as many calls. */
export function worthwhileCalls({ rounds, bytes, calls }: NativeEvidence): number | undefined {
  const counted = rounds.slice(1)
  const made = counted.reduce((sum, round) => sum + round.calls, 0)
  const quickest = Math.min(...counted.map((round) => round.durationMs / round.calls))
  const risePerCall = (bytes.peakBytes - bytes.baselineBytes) / calls
  const affordable = Math.min(roundLimits.calls, roundLimits.budgetMs / quickest, roundLimits.growthBytes / risePerCall)
  const worthwhile = Math.max(fewestCalls, Math.floor(affordable))
  return worthwhile >= made * worthwhileFactor ? worthwhile : undefined
}
