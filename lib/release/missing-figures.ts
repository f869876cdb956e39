import type { MissingFigures } from '../allocator/index.js'
import type { MemoryMoment } from './memory-moment.js'
import type { CheckRound, HeldBytes } from './release-check.js'
import { wasTried } from './what-if.js'

/** Whether what native code has in use is known at every moment that growth is judged by. */
export function isNativeKnown(held: HeldBytes, rounds: readonly CheckRound[]): boolean {
  return held.nativeBytes !== undefined && rounds.every(({ grown }) => grown.nativeBytes !== undefined)
}

/** What of `held` isn't known, and why. */
export function findMissing(held: HeldBytes, { purge }: MemoryMoment): readonly MissingFigures[] {
  const unknown = (fields: readonly (keyof HeldBytes)[]): readonly string[] => fields.filter((field) => held[field] === undefined)
  const untried: MissingFigures[] = wasTried(purge)
    ? []
    : [{ fields: unknown(['releasableBytes', 'pinnedBytes']), cause: 'unsupported', reason: purge.reason }]
  const { cause, reason } = purge.lack ?? { cause: 'unsupported', reason: 'the reading before the calls lacked it' }
  const untold: MissingFigures = { fields: unknown(wasTried(purge) ? ['nativeBytes', 'pinnedBytes'] : ['nativeBytes']), cause, reason }
  return [...untried, untold].filter(({ fields }) => fields.length > 0)
}
