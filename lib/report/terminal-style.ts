import { createColors } from 'picocolors'

import { plainStyle } from './text-style.js'
import type { TextStyle } from './text-style.js'

/** A stream for a report. Without a terminal it has neither of these. */
export interface Terminal {
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
}

type Environment = Readonly<Record<string, string | undefined>>

function wantsColours(terminal: Terminal, environment: Environment): boolean {
  const { NO_COLOR: no, FORCE_COLOR: force, TERM: term } = environment
  if (no !== undefined && no !== '') return false
  if (force !== undefined) return force !== '0' && force !== 'false'
  // picocolors would otherwise guess by itself, for one from the variable CI.
  return terminal.isTTY === true && term !== 'dumb'
}

/** Colours for a terminal, unless NO_COLOR or FORCE_COLOR in `environment` says otherwise, and its width. */
export function styleForTerminal(terminal: Terminal, environment: Environment): TextStyle {
  const colours = createColors(wantsColours(terminal, environment))
  const { isTTY, columns = 0 } = terminal
  return {
    width: isTTY === true && columns > 0 ? columns : plainStyle.width,
    bold: colours.bold,
    dim: colours.dim,
    accent: colours.cyan,
    warn: colours.yellow,
    hues: [colours.green, colours.blue, colours.yellow, colours.magenta, colours.cyan, colours.red],
  }
}
