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

/** How often to look whether npx is still there, milliseconds. */
const parentLookMs = 250

/**
 * Ends `child` by SIGTERM when npx is ended. A signal to npx ends the shell through which it runs this process, and never comes here: this process is
 * only left without its parent. Elsewhere that is no sign: a shell in which it was started in the background may end, and it runs on.
 */
function endWithNpx(child: ChildProcess): () => void {
  const { npm_command: command, npm_lifecycle_script: script = '' } = process.env
  if (command !== 'exec' || !script.includes('allocscope')) return () => undefined
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    child.kill('SIGTERM')
  }, parentLookMs).unref()
  return () => {
    clearInterval(timer)
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
  const stopLooking = endWithNpx(child)
  return () => {
    stopLooking()
    forwarded.forEach((signal) => process.off(signal, forward))
  }
}
