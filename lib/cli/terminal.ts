import type { WriteStream } from 'node:tty'

import { lazily } from '../loading/index.js'
import type { TextStyle } from '../report/index.js'

const report = lazily(() => require('../report/index.js') as typeof import('../report/index.js'))

/** An output stream, a terminal or not. */
export type OutputStream = NodeJS.WriteStream | WriteStream

/** How a report that goes to `stream` dresses itself: colours for a terminal, unless NO_COLOR or FORCE_COLOR says otherwise, and its width. */
export function styleFor(stream: OutputStream, environment: NodeJS.ProcessEnv = process.env): TextStyle {
  return report().styleForTerminal(stream, environment)
}
