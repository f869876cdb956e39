import { AllocscopeError } from '../errors/index.js'

/** The error for a heap snapshot that can't be read. */
export function malformedSnapshot(reason: string, cause?: unknown): AllocscopeError {
  return new AllocscopeError(
    'ERR_ALLOCSCOPE_HEAP_SNAPSHOT',
    `The heap snapshot can't be read: ${reason}.`,
    cause === undefined ? {} : { cause },
  )
}
