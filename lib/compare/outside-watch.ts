import { lookAtProcess } from '../process/look-at-process.js'
import type { ProcessLook } from '../process/look-at-process.js'

const lookEveryMs = 20

/** What was seen of a program from outside. */
export interface Sightings {
  readonly last: ProcessLook | undefined
  readonly peakRssBytes: number | undefined
  readonly threadsAtPeak: number | undefined
  readonly mostThreads: number | undefined
}

/** Looks at process `pid` fifty times a second, until the returned function is called; it answers what was seen by then. */
export function watchProcess(pid: number): { readonly seen: () => Sightings; readonly stop: () => void } {
  let sightings: Sightings = { last: undefined, peakRssBytes: undefined, threadsAtPeak: undefined, mostThreads: undefined }
  let highest = 0
  const look = (): void => {
    const last = lookAtProcess(pid)
    if (last === undefined) return
    const isHighest = last.rssBytes > highest
    highest = Math.max(highest, last.rssBytes)
    sightings = {
      last,
      peakRssBytes: last.peakRssBytes,
      threadsAtPeak: isHighest ? last.threads : sightings.threadsAtPeak,
      mostThreads: Math.max(last.threads, sightings.mostThreads ?? 0),
    }
  }
  const timer = setInterval(look, lookEveryMs)
  look()
  return {
    seen: () => sightings,
    stop: () => {
      clearInterval(timer)
    },
  }
}
