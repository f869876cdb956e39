import { closeSync, constants, openSync, readlinkSync } from 'node:fs'

import { AllocscopeError } from '../errors/index.js'
import { SharedRing } from './shared-ring.js'

/**
 * Makes a ring of `bytes` for another process to read, and answers with its file's descriptor, which appends: lines go behind the ring. The caller closes it.
 * Throws what {@link SharedRing.open} throws.
 */
export function hostRing(bytes: number): number {
  const ring = SharedRing.open(bytes)
  try {
    return openSync(`/proc/self/fd/${ring.descriptor}`, constants.O_RDWR | constants.O_APPEND)
  } finally {
    ring.close()
    closeSync(ring.descriptor)
  }
}

/**
 * Has `start` fill the ring of `descriptor` until `ended` aborts; it answers with how to stop. The descriptor is closed then, or when `start` throws.
 */
export function fillRingUntil(ended: AbortSignal, descriptor: number, start: () => () => void): { readonly descriptor: number } {
  try {
    const stop = start()
    const leave = (): void => {
      stop()
      closeSync(descriptor)
    }
    if (ended.aborted) leave()
    else ended.addEventListener('abort', leave, { once: true })
    return { descriptor }
  } catch (error) {
    closeSync(descriptor)
    throw error
  }
}

/** What a process says when it has made a ring. */
function isAnswer(value: unknown): value is { readonly descriptor: number } {
  return typeof value === 'object' && value !== null && 'descriptor' in value && Number.isSafeInteger(value.descriptor)
}

/**
 * The ring that process `pid` made by {@link hostRing}, as it answered. What that process says isn't trusted: nothing else that it has open is opened here.
 * Throws `ERR_ALLOCSCOPE_ATTACH`, and what {@link SharedRing} and the file system throw.
 */
export function followRing(pid: number, answer: unknown, bytes: number): SharedRing {
  const file = isAnswer(answer) ? `/proc/${pid}/fd/${answer.descriptor}` : undefined
  if (file === undefined || !readlinkSync(file).startsWith('/memfd:')) {
    throw new AllocscopeError('ERR_ALLOCSCOPE_ATTACH', `process ${pid} answered with something else`)
  }
  const own = openSync(file, 'r+')
  try {
    return SharedRing.join(own, bytes)
  } catch (error) {
    closeSync(own)
    throw error
  }
}
