import { visitProcess } from '../attach/index.js'
import type { Invite } from '../attach/index.js'
import { watchProcess } from '../watch/index.js'
import type { WatchFilters, WatchReport } from '../watch/index.js'
import { untilEnded } from './until-ended.js'
import type { WatchDisplay } from './watch-displays.js'

/** What is sampled, and what of it is an event, unless otherwise asked for. */
export const usualFilters = { intervalMs: 100, minBytes: 4 * 2 ** 20, minGrowth: 0.1, consecutiveSamples: 1 } as const

/** How long the last reading is waited for, where the event loop is blocked. */
const endPatienceMs = 5000

/**
 * Watches process `pid` until it ends, for `forMs`, or until a signal. The display is closed then. Throws what attaching and watching throw.
 */
export async function watchRunning(
  pid: number,
  { forMs, ...filters }: WatchFilters & { readonly forMs: number | undefined },
  display: WatchDisplay,
  invite?: Invite,
): Promise<WatchReport> {
  const { ended, dispose } = untilEnded(forMs)
  try {
    const { answer, over, end } = await visitProcess(pid, { request: 'watch', intervalMs: filters.intervalMs }, invite)
    const leave = (): Promise<void> => end(endPatienceMs)
    return await watchProcess({ pid, answer, over, end: leave }, filters, display, ended).finally(leave)
  } finally {
    dispose()
    display.close()
  }
}
