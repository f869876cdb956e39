import { formatBytes, formatCount } from '../figures/index.js'
import type { LeakSearch } from '../track/index.js'
import type { MatcherContext } from './matcher-context.js'
import type { NativeGrowth } from './native-growth.js'

/** What `toNotLeakNative` found, and what it could have missed. */
export interface NativeFinding {
  /** Calls after the warm-up, of the check that decided. */
  readonly calls: number
  /** By how much native memory grew with each call, bytes: 0 when the rounds don't agree on a growth beyond noise. */
  readonly bytesPerCall: number
  /** What may grow with each call, bytes: `perCall`, 0 by default. */
  readonly allowedBytesPerCall: number
  /**
   * A leak of less than this a call would not show, bytes: {@link allowedBytesPerCall}, and the noise of 256 KiB and 0.5 % of the rise of RSS over the
   * calls of the last three rounds. Where nothing is allowed it is 64 KiB at the most, since beyond that the matcher refuses to judge.
   */
  readonly boundBytesPerCall: number
  /** Which lines and native functions hold what leaked. Undefined unless a leak was found and the option `where` set. */
  readonly where?: LeakSearch
}

/** The finding in these rounds. */
export function nativeFindingOf({ calls, bytesPerCall, allowanceBytesPerCall }: NativeGrowth, perCallBytes: number): NativeFinding {
  return { calls, bytesPerCall, allowedBytesPerCall: perCallBytes, boundBytesPerCall: perCallBytes + allowanceBytesPerCall }
}

/** `64 B a call`. */
export function perCallText(bytes: number): string {
  return `${bytes < 1024 ? `${formatCount(bytes)} B` : formatBytes(bytes)} a call`
}

/** What a passing expectation could have missed. */
export function describeBound({ calls, boundBytesPerCall }: NativeFinding): string {
  return `In ${formatCount(calls)} calls, a leak of less than ${perCallText(Math.ceil(boundBytesPerCall))} would not show.`
}

/** Vitest writes what stands in a test's `meta` into its JSON. Jest has no such place. */
export function recordFinding({ task }: MatcherContext, finding: NativeFinding): void {
  const meta = task?.meta as { allocscope?: NativeFinding[] } | undefined
  if (meta !== undefined) meta.allocscope = [...(meta.allocscope ?? []), finding]
}
