import type { WriteStream } from 'node:tty'

import { lazily } from '../loading/index.js'
import type { TextStyle } from '../report/index.js'

const report = lazily(() => require('../report/terminal-style.js') as typeof import('../report/terminal-style.js'))

/** An output stream, a terminal or not. */
export type OutputStream = NodeJS.WriteStream | WriteStream

/** The style of a report to `stream`: the width, and colours for a terminal unless NO_COLOR or FORCE_COLOR says otherwise. */
export function styleFor(stream: OutputStream, environment: NodeJS.ProcessEnv = process.env): TextStyle {
  return report().styleForTerminal(stream, environment)
}
