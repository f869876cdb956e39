import { writeSync } from 'node:fs'
import { WriteStream, isatty } from 'node:tty'

import { lazily } from '../loading/index.js'
import type { TextStyle } from '../report/index.js'

const report = lazily(() => require('../report/line-profile/index.js') as typeof import('../report/line-profile/index.js'))

const standardError = 2
const retryMs = 5

/** Writes all of `text` before it returns, even to a non-blocking pipe with a slow reader. A reader that is gone is no error. */
export function writeToStandardError(text: string): void {
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
