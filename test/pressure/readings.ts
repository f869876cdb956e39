import type { GroupReading, PressureReading } from '../../lib/pressure/pressure-reading.js'

export const mebibyte = 2 ** 20

export function group(usageBytes: number, limitBytes = 1000 * mebibyte, inactiveFileBytes = 0, name = '/app'): GroupReading {
  return { group: name, limitBytes, usageBytes, inactiveFileBytes }
}

export function reading(timeMs: number, groups: readonly GroupReading[], someAvg10?: number): PressureReading {
  const psi = someAvg10 === undefined ? undefined : { of: 'group' as const, someAvg10, fullAvg10: 0 }
  return { timeMs, groups, psi, events: { low: 0, high: 0, max: 0, oom: 0, oomKill: 0 } }
}
