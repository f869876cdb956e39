import os from 'node:os'

import { timeToLimit } from '../process/index.js'
import type { LimitedGroup } from '../process/index.js'
import type { TakenLedger } from './explain-channel.js'

/** When the control group of a program is at its limit, if it goes on as between two ledgers. */
export interface LimitForecast {
  /** The group that is at its limit first, of the program's own and those above it. */
  readonly group: string
  /** By how much its usage rose between the two: page cache included, and what other processes in the group take. */
  readonly grownBytes: number
  /** Milliseconds between the two. */
  readonly basisMs: number
  /** Milliseconds from the later one on, at that rate. 0 when the group is at its limit. At the limit page cache is taken back first: it isn't a kill. */
  readonly timeToLimitMs: number
}

/** What the kernel may charge to a group beforehand, for each processor: 64 pages (`MEMCG_CHARGE_BATCH`) of 4 KiB. */
const batchBytes = 64 * 4096

/** Usage moves by as much when nothing is allocated. */
function noiseOfUsage(): number {
  return batchBytes * os.cpus().length
}

function usageIn(limits: readonly LimitedGroup[], group: string): number | undefined {
  return limits.find((limit) => limit.group === group)?.usageBytes
}

/** Undefined where no group with a limit rose by more than `noiseBytes`, where a figure isn't known, and where `later` isn't the later one. */
export function forecastLimit(
  earlier: TakenLedger | undefined,
  later: TakenLedger,
  noiseBytes: number = noiseOfUsage(),
): LimitForecast | undefined {
  const [before, now] = [earlier?.ledger.container, later.ledger.container]
  const basisMs = later.elapsedMs - (earlier?.elapsedMs ?? Infinity)
  if (before?.supported !== true || !now.supported || basisMs <= 0) return undefined
  const grownBytes = ({ group, usageBytes }: LimitedGroup): number => (usageBytes ?? NaN) - (usageIn(before.limits, group) ?? NaN)
  const risen = now.limits.filter((limit) => grownBytes(limit) > noiseBytes)
  const found = timeToLimit(before, { ...now, limits: risen }, basisMs)
  const limit = risen.find(({ group }) => group === found?.group)
  if (found === undefined || limit === undefined) return undefined
  return { group: found.group, grownBytes: grownBytes(limit), basisMs, timeToLimitMs: found.secondsToLimit * 1000 }
}
