import { isUnlimited } from '../process/container/pressure-files.js'
import type { EventFiles, KernelFigure, LimitedFiles, PressureFiles } from '../process/container/pressure-files.js'
import type { MemoryPsi } from './pressure-event.js'
import type { MemoryEvents } from '../process/index.js'

/** A group's figures; NaN where a file doesn't tell it. */
export interface GroupReading {
  readonly group: string
  /** Infinite where the limit was taken away meanwhile. */
  readonly limitBytes: number
  readonly usageBytes: number
  readonly inactiveFileBytes: number
}

/** What the sampling thread read at one moment. */
export interface PressureReading {
  /** CLOCK_MONOTONIC. */
  readonly timeMs: number
  readonly groups: readonly GroupReading[]
  readonly psi: MemoryPsi | undefined
  readonly events: MemoryEvents
}

/** The kernel counts parts later than usage, so what can be taken back may seem more than all. */
export function workingSetOf({ usageBytes, inactiveFileBytes }: GroupReading): number {
  return Math.max(0, usageBytes - (Number.isNaN(inactiveFileBytes) ? 0 : inactiveFileBytes))
}

const eventNames = ['low', 'high', 'max', 'oom', 'oomKill'] as const satisfies readonly (keyof EventFiles)[]

/** Which numbers are read, in order: what `toReading` takes apart. */
export function figuresOf({ limits, events, psi }: PressureFiles): readonly KernelFigure[] {
  const groups = typeof limits === 'string' ? [] : limits.flatMap(({ limit, usage, inactiveFile }) => [limit, usage, inactiveFile])
  const counts = eventNames.flatMap((name) => events[name] ?? [])
  return [...groups, ...counts, ...(typeof psi === 'string' ? [] : [psi.some, psi.full])]
}

function known(figure: number): number | undefined {
  return Number.isNaN(figure) ? undefined : figure
}

/** Makes a reading of the numbers that `figuresOf(files)` names. */
export function toReading(files: PressureFiles, timeMs: number, figures: Float64Array): PressureReading {
  let at = 0
  const next = (): number => figures[at++] as number
  const toGroup = ({ group }: LimitedFiles): GroupReading => {
    const [limitBytes, usageBytes, inactiveFileBytes] = [next(), next(), next()]
    return { group, limitBytes: isUnlimited(limitBytes) ? Infinity : limitBytes, usageBytes, inactiveFileBytes }
  }
  const groups = typeof files.limits === 'string' ? [] : files.limits.map(toGroup)
  const counts = eventNames.map((name) => [name, files.events[name] === undefined ? undefined : known(next())])
  const events = Object.fromEntries(counts) as unknown as MemoryEvents
  if (typeof files.psi === 'string') return { timeMs, groups, psi: undefined, events }
  const [someAvg10, fullAvg10] = [next(), next()]
  const psi = Number.isNaN(someAvg10) ? undefined : { of: files.psi.of, someAvg10, fullAvg10: known(fullAvg10) }
  return { timeMs, groups, psi, events }
}
