import { checkNumber, invalidArgumentType, invalidArgumentValue, readOptions, requireFunction } from '../errors/index.js'
import type { MemoryPressureEvent, PressureKind } from './pressure-event.js'

/** Options of `onMemoryPressure`. At least one threshold has to be given. */
export interface MemoryPressureOptions {
  /** Called when at most so many bytes are left: see `headroomBytes` of {@link MemoryPressureEvent}. At least 1. */
  readonly headroomBytes?: number
  /** Called when the container is full within so many seconds if it goes on as in the last one to two. From 0.1 to 86,400. */
  readonly headroomSeconds?: number
  /** Called when some task waited for memory for so many per cent of the last ten seconds. From 0.1 to 100. */
  readonly psi?: number
  /** Milliseconds between two looks: 50 by default, from 10 to 60,000. */
  readonly intervalMs?: number
}

export type Thresholds = Partial<Readonly<Record<PressureKind, number>>>

export interface PressureSettings {
  readonly thresholds: Thresholds
  readonly intervalMs: number
}

const kinds = ['headroomBytes', 'headroomSeconds', 'psi'] as const

const bounds = { headroomBytes: [1, Number.MAX_SAFE_INTEGER], headroomSeconds: [0.1, 86_400], psi: [0.1, 100] } as const

/** Throws a TypeError or a RangeError for what isn't allowed. */
export function checkPressureOptions(options: unknown): PressureSettings {
  if (options === undefined) throw invalidArgumentType('options', 'of type object', options)
  const given = readOptions(options, [...kinds, 'intervalMs'])
  const asked = kinds.filter((kind) => given[kind] !== undefined)
  if (asked.length === 0) throw invalidArgumentValue('options', "an object with 'headroomBytes', 'headroomSeconds' or 'psi'", options)
  const thresholds = asked.map((kind) => {
    const [least, most] = bounds[kind]
    return [kind, checkNumber(`options.${kind}`, given[kind], least, least, most)]
  })
  return {
    thresholds: Object.fromEntries(thresholds) as Thresholds,
    intervalMs: checkNumber('options.intervalMs', given.intervalMs, 10, 50, 60_000),
  }
}

export function checkListener(listener: unknown): (event: MemoryPressureEvent) => void {
  return requireFunction('listener', listener)
}
