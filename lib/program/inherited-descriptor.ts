import { closeSync, constants, openSync } from 'node:fs'

/** The descriptor under which an observed program finds its channel: the first after the standard streams. */
const inheritedDescriptor = 3

/**
 * Reopens the inherited file under another number and closes the one inherited. So its number is free for the program, and children don't inherit the
 * new one. Writing appends. Throws what the file system throws.
 */
export function reopenInherited(): number {
  try {
    return openSync(`/proc/self/fd/${inheritedDescriptor}`, constants.O_RDWR | constants.O_APPEND)
  } finally {
    closeSync(inheritedDescriptor)
  }
}
