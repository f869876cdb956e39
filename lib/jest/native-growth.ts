import { noiseOf } from '../release/index.js'
import type { LiveMemory, ReleaseCheck } from '../release/index.js'

/** The rounds whose growth {@link checkRelease} judges: the last ones, as they have the most calls. */
const roundsJudged = 3

/** What the rounds of a check say of native memory. */
export interface NativeGrowth {
  /** Growth a call; 0 where the rounds show none. */
  readonly bytesPerCall: number
  readonly confidence: LiveMemory['confidence'] | undefined
  /** Growth a call that these rounds can't tell from noise: the noise of native memory over the calls that are judged. Infinite when too few are. */
  readonly allowanceBytesPerCall: number
  /** Calls that were judged. */
  readonly calls: number
}

/** Undefined when the allocator doesn't tell what is in use. */
export function nativeGrowthOf({ rounds, live, bytes }: ReleaseCheck): NativeGrowth | undefined {
  if (rounds.some(({ nativeBytes }) => nativeBytes === undefined)) return undefined
  const counted = rounds.slice(1)
  const calls = counted.slice(-roundsJudged).reduce((sum, round) => sum + round.calls, 0)
  const noiseBytes = noiseOf('native', bytes.peakBytes - bytes.baselineBytes)
  const growth = live.find(({ where, grows }) => where === 'native' && grows)
  return {
    bytesPerCall: growth?.bytesPerCall ?? 0,
    confidence: growth?.confidence,
    allowanceBytesPerCall: counted.length < 2 ? Infinity : noiseBytes / calls,
    calls,
  }
}

/** Whether it grew by more than `perCallBytes` a call and by what can't be told from noise; `'unproven'` when that noise is more than what is allowed. */
export function judgeNativeGrowth(growth: NativeGrowth, perCallBytes: number): 'leaks' | 'within' | 'unproven' {
  const { bytesPerCall, allowanceBytesPerCall } = growth
  if (bytesPerCall > 0 && bytesPerCall >= perCallBytes + allowanceBytesPerCall) return 'leaks'
  const provable = perCallBytes === 0 ? Infinity : perCallBytes
  return allowanceBytesPerCall === Infinity || allowanceBytesPerCall > provable ? 'unproven' : 'within'
}

/** The calls that show growth: three rounds of 1, 2 and 4 at the least, 3 s of calling or 256 MiB of growth at the most. */
const fewestCalls = 7
const mostCalls = 65_536
const callingMs = 3000
const mostGrowthBytes = 256 * 2 ** 20

/** A check of so many times the calls is worth its time. */
const worthwhileFactor = 4

/** The calls to check again with, where a check showed no leak in far fewer than there would be time for; undefined where it has had enough. */
export function worthwhileCalls({ rounds, live, bytes, calls }: Pick<ReleaseCheck, 'rounds' | 'live' | 'bytes' | 'calls'>): number | undefined {
  if (live.some(({ where, grows }) => where === 'native' && grows)) return undefined
  const counted = rounds.slice(1)
  const made = counted.reduce((sum, round) => sum + round.calls, 0)
  const quickest = Math.min(...counted.map((round) => round.durationMs / round.calls))
  const risePerCall = (bytes.peakBytes - bytes.baselineBytes) / calls
  const affordable = Math.min(mostCalls, callingMs / quickest, mostGrowthBytes / risePerCall)
  const worthwhile = Math.max(fewestCalls, Math.floor(affordable))
  return worthwhile >= made * worthwhileFactor || counted.length < 2 ? worthwhile : undefined
}
