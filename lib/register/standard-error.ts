import { fstatSync, writeSync } from 'node:fs'
import { WriteStream, isatty } from 'node:tty'

import { lazily } from '../loading/index.js'
import type { TextStyle } from '../report/index.js'

const report = lazily(() => require('../report/line-profile/index.js') as typeof import('../report/line-profile/index.js'))

const standardError = 2
const retryMs = 5

function identityOf(descriptor: number): string | undefined {
  try {
    const { dev, ino, rdev } = fstatSync(descriptor)
    return `${dev} ${ino} ${rdev}`
  } catch {
    return undefined
  }
}

const original = identityOf(standardError)

/** Whether standard error is still what it was. A program may close it and open a file, which then has its descriptor. */
export function isStandardErrorOpen(): boolean {
  return original !== undefined && identityOf(standardError) === original
}

/** Writes all of `text` before it returns, even to a non-blocking pipe with a slow reader. A reader that is gone is no error, nor is a closed stream. */
export function writeToStandardError(text: string): void {
  if (!isStandardErrorOpen()) return
  const bytes = Buffer.from(text)
  const pause = new Int32Array(new SharedArrayBuffer(4))
  for (let written = 0; written < bytes.length;) {
    try {
      written += writeSync(standardError, bytes, written)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return
      Atomics.wait(pause, 0, 0, retryMs)
    }
  }
}

/** The style of text for standard error. */
export function styleOfStandardError(): TextStyle {
  const columns = isatty(standardError) ? new WriteStream(standardError).columns : undefined
  return report().styleForTerminal({ isTTY: columns !== undefined, columns }, process.env)
}
