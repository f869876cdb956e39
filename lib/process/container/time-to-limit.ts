import { checkNumber, invalidArgumentType } from '../../errors/index.js'
import type { ContainerMemory } from './container-memory.js'

/** When a group will be at its limit, if it goes on as between two readings. */
export interface TimeToLimit {
  /** The group that is at its limit first. */
  readonly group: string
  /** How its usage rose. */
  readonly bytesPerSecond: number
  /** From the later reading on. 0 when it is at the limit. */
  readonly secondsToLimit: number
}

/** Described where it is exported, in lib/process/index.ts. */
export function timeToLimit(earlier: ContainerMemory, later: ContainerMemory, elapsedMs: number): TimeToLimit | undefined {
  if (typeof elapsedMs !== 'number') throw invalidArgumentType('elapsedMs', 'of type number', elapsedMs)
  const seconds = checkNumber('elapsedMs', elapsedMs, Number.MIN_VALUE, 0, Number.MAX_VALUE) / 1000
  const before = new Map(earlier.limits.map(({ group, usageBytes }) => [group, usageBytes]))
  const times = later.limits.flatMap(({ group, limitBytes, usageBytes }): TimeToLimit[] => {
    const usedBefore = before.get(group)
    if (usageBytes === undefined || usedBefore === undefined || usageBytes <= usedBefore) return []
    const bytesPerSecond = (usageBytes - usedBefore) / seconds
    return [{ group, bytesPerSecond, secondsToLimit: Math.max(0, limitBytes - usageBytes) / bytesPerSecond }]
  })
  return times.sort((one, other) => one.secondsToLimit - other.secondsToLimit)[0]
}
