import type { ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'

const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGALRM'] as const

/** Signals that a terminal's keys send to every process of its foreground group. */
const fromKeyboard: ReadonlySet<string> = new Set(['SIGINT', 'SIGQUIT'])

/** Whether this process is in the foreground group of a terminal: `tpgid` equals `pgrp` in `/proc/self/stat`. */
export function isForeground(): boolean {
  try {
    const stat = readFileSync('/proc/self/stat', 'latin1')
    const [, , pgrp, , , tpgid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return pgrp === tpgid
  } catch {
    return process.stdin.isTTY
  }
}

/**
 * Hands the signals that reach this process on to `child`, until the returned function is called. A Ctrl-C isn't handed on: the terminal has
 * given it to the child already, and many programs take a second one for impatience.
 */
export function forwardSignals(child: ChildProcess): () => void {
  const forward = (signal: NodeJS.Signals): void => {
    if (fromKeyboard.has(signal) && isForeground()) return
    child.kill(signal)
  }
  forwarded.forEach((signal) => process.on(signal, forward))
  return () => {
    forwarded.forEach((signal) => process.off(signal, forward))
  }
}
