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
 * Forwards this process's signals to `child` until the returned function is called. Ctrl-C isn't forwarded: the terminal sends it to the child too,
 * and many programs quit at once on a second one.
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
