import { readFileSync, readdirSync } from 'node:fs'

import { binding } from '../binding/index.js'
import { kibibytes } from './other-process.js'

/** What was seen of the processes that a process started, and of those that these started. */
export interface ChildSighting {
  /** How many were seen. One that lives for less than the time between two looks may be missed. */
  readonly seen: number
  /** The largest peak of a single one: `VmHWM`, at the last look at it. Undefined when none was seen twice. */
  readonly peakRssBytes: number | undefined
}

/** So many processes are looked at each time, however many there are. */
const mostProcesses = 256

/** The children of all threads of `pid`. Empty when it has ended, and on a kernel that doesn't list children. */
export function childrenOf(pid: number): readonly number[] {
  try {
    const listed = readdirSync(`/proc/${pid}/task`).map((thread) => readFileSync(`/proc/${pid}/task/${thread}/children`, 'latin1'))
    return listed.join(' ').split(/\s+/).filter(Boolean).map(Number)
  } catch {
    return []
  }
}

function descendantsOf(pid: number): readonly number[] {
  const found: number[] = []
  for (let level = childrenOf(pid); level.length > 0 && found.length < mostProcesses; level = level.flatMap(childrenOf))
    found.push(...level)
  return found.slice(0, mostProcesses)
}

function peakOf(pid: number): number | undefined {
  try {
    return kibibytes(readFileSync(`/proc/${pid}/status`, 'latin1'), 'VmHWM') || undefined
  } catch {
    return undefined
  }
}

/** Looks every `intervalMs` at the processes that process `pid` has started. The returned function ends it and tells what was seen. */
export function watchChildren(pid: number, intervalMs: number): () => ChildSighting {
  const peaks = new Map<number, { readonly looks: number; readonly bytes: number }>()
  const timer = setInterval(() => {
    for (const child of descendantsOf(pid)) {
      const bytes = peakOf(child)
      // The last look counts, not the highest: until a child calls exec, its memory and its peak are a copy of its parent's.
      if (bytes !== undefined) peaks.set(child, { looks: (peaks.get(child)?.looks ?? 0) + 1, bytes })
    }
  }, intervalMs)
  return () => {
    clearInterval(timer)
    const known = [...peaks.values()].filter(({ looks }) => looks > 1).map(({ bytes }) => bytes)
    return { seen: peaks.size, peakRssBytes: known.length === 0 ? undefined : known.reduce((one, other) => Math.max(one, other)) }
  }
}

/**
 * `ru_maxrss` of `RUSAGE_CHILDREN`: the peak of the largest process, not a sum, of those that this one started and has waited for, and those that
 * these waited for. 0 without any. A child begins with the peak that its parent had when it forked, and keeps that through `execve`: so only a
 * figure above this process's own peak is certainly a child's. Undefined without the addon.
 */
export function readChildrenPeak(): number | undefined {
  return binding?.readChildrenPeak()
}
