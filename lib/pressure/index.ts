import { findPressureFiles } from '../process/container/pressure-files.js'
import type { PressureFiles } from '../process/container/pressure-files.js'
import type { MemoryPressureEvent, PressureKind } from './pressure-event.js'
import { checkListener, checkPressureOptions } from './pressure-options.js'
import type { MemoryPressureOptions } from './pressure-options.js'
import { RunningPressureWatch } from './pressure-watch.js'
import type { MemoryPressureWatch } from './pressure-watch.js'

export type { MemoryPressureEvent, MemoryPsi, PressureFigures, PressureKind } from './pressure-event.js'
export type { MemoryPressureOptions } from './pressure-options.js'
export type { MemoryPressureWatch } from './pressure-watch.js'

/** No threshold that was asked for can be watched here. */
export interface NoMemoryPressureWatch {
  readonly supported: false
  /** Names each threshold and what is missing for it: no limit, no file, no pressure stall information. */
  readonly reason: string
  /** Does nothing. */
  stop(): void
  [Symbol.dispose](): void
}

function whyUnwatched({ limits, psi }: PressureFiles, kind: PressureKind): string | undefined {
  const needed = kind === 'psi' ? psi : limits
  return typeof needed === 'string' ? needed : undefined
}

/** Public: described where it is exported, in lib/index.ts. */
export function onMemoryPressure(
  options: MemoryPressureOptions,
  listener: (event: MemoryPressureEvent) => void,
): MemoryPressureWatch | NoMemoryPressureWatch {
  const settings = checkPressureOptions(options)
  const call = checkListener(listener)
  const files = findPressureFiles()
  const kinds = Object.keys(settings.thresholds) as PressureKind[]
  const missing = kinds.flatMap((kind) => {
    const reason = whyUnwatched(files, kind)
    return reason === undefined ? [] : [[kind, reason] as const]
  })
  if (missing.length === kinds.length) {
    const nothing = (): void => undefined
    return { supported: false, reason: missing.map((each) => each.join(': ')).join('; '), stop: nothing, [Symbol.dispose]: nothing }
  }
  const unwatched = Object.fromEntries(missing)
  const thresholds = Object.fromEntries(kinds.filter((kind) => !(kind in unwatched)).map((kind) => [kind, settings.thresholds[kind]]))
  return new RunningPressureWatch(files, { ...settings, thresholds }, unwatched, call)
}
