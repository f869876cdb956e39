import type { WriteStream } from 'node:tty'

import { createColors } from 'picocolors'

import { plainStyle } from '../report/index.js'
import type { TextStyle } from '../report/index.js'

/** An output stream, a terminal or not. */
export type OutputStream = NodeJS.WriteStream | WriteStream

function wantsColours(stream: OutputStream, environment: NodeJS.ProcessEnv): boolean {
  const { NO_COLOR: no, FORCE_COLOR: force, TERM: term } = environment
  if (no !== undefined && no !== '') return false
  if (force !== undefined) return force !== '0' && force !== 'false'
  // A stream that is no terminal has no isTTY at all, and picocolors would then guess by itself, from CI among others.
  return (stream.isTTY as boolean | undefined) === true && term !== 'dumb'
}

/** How a report that goes to `stream` dresses itself: colours for a terminal, unless NO_COLOR or FORCE_COLOR says otherwise, and its width. */
export function styleFor(stream: OutputStream, environment: NodeJS.ProcessEnv = process.env): TextStyle {
  const colours = createColors(wantsColours(stream, environment))
  return {
    width: stream.isTTY && stream.columns > 0 ? stream.columns : plainStyle.width,
    bold: colours.bold,
    dim: colours.dim,
    accent: colours.cyan,
    warn: colours.yellow,
  }
}
