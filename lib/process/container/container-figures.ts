import { readFileSync } from 'node:fs'
import { performance } from 'node:perf_hooks'

import { findGroup } from './find-group.js'
import { chargedLevels, filesOf } from './group-levels.js'
import type { GroupLevel } from './group-levels.js'
import { openKernelFiles, parseFigure, toPath, toText } from './kernel-files.js'
import { measure } from './measure-group.js'

/** Those figures of `ContainerMemory` that an alert needs. */
export interface ContainerFigures {
  readonly limitBytes: number | undefined
  readonly usageBytes: number
  readonly workingSetBytes: number | undefined
  readonly headroomBytes: number | undefined
}

/** What seldom changes: where the figures are, and the limits. */
interface Place {
  readonly usageFile: Buffer
  readonly statFile: Buffer
  readonly inactivePattern: RegExp
  readonly limitBytes: number | undefined
  /** The groups that set a limit. Undefined where the room below the limits isn't known. */
  readonly limited: readonly { readonly usageFile: Buffer; readonly limitBytes: number }[] | undefined
}

const inactivePatterns = { 1: /^total_inactive_file (\d+)$/m, 2: /^inactive_file (\d+)$/m } as const

const searchEveryMs = 60_000

function findPlace(root: string): Place | undefined {
  const files = openKernelFiles(root)
  const text = files.read('/proc/self/cgroup')
  const found = text === undefined ? undefined : findGroup(files, text, undefined)
  if (found === undefined || 'reason' in found) return undefined
  const { version, levels } = found
  const measured = measure(files, version, chargedLevels(files, version, levels), levels[0])
  if (measured === undefined) return undefined
  const fileOf = (level: GroupLevel, name: string): Buffer => toPath(`${root}${level.folder}/${name}`)
  const limited = measured.limits.flatMap(({ group, limitBytes }) =>
    levels
      .filter((level) => toText(level.group) === group)
      .map((level) => ({ usageFile: fileOf(level, filesOf[version].usage), limitBytes })),
  )
  return {
    usageFile: fileOf(measured.level, filesOf[version].usage),
    statFile: fileOf(measured.level, 'memory.stat'),
    inactivePattern: inactivePatterns[version],
    limitBytes: measured.limitBytes,
    limited: measured.headroomBytes === undefined ? undefined : limited,
  }
}

/** For figures only, so that UTF-8 will do: node reads it in one call. */
function readText(file: Buffer): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    // The group is gone, or this process may not read it: what can't be read isn't known.
    return undefined
  }
}

function headroomOf({ usageFile, limited }: Place, usageBytes: number): number | undefined {
  if (limited === undefined) return undefined
  const usageIn = (file: Buffer): number => (file.equals(usageFile) ? usageBytes : (parseFigure(readText(file)) ?? NaN))
  const least = Math.min(...limited.map((limit) => Math.max(0, limit.limitBytes - usageIn(limit.usageFile))))
  return Number.isFinite(least) ? least : undefined
}

/**
 * Reads the few figures again and again: some 60 µs, and 20 for each further group with a limit. The group and its limits are looked for at first, for
 * 0.4 ms, and again when they are older than a minute, after a reading rather than within it.
 */
export class ContainerReader {
  readonly #root: string
  #place: Place | undefined
  #searchedAtMs = 0

  /** Below `root`: '' for this machine, a folder for a recorded tree. */
  constructor(root = '') {
    this.#root = root
    this.#search()
  }

  /** Undefined where the group can't be found or read. */
  read(): ContainerFigures | undefined {
    if (performance.now() - this.#searchedAtMs > searchEveryMs)
      setImmediate(() => {
        this.#search()
      })
    const place = this.#place
    const usageBytes = place && parseFigure(readText(place.usageFile))
    if (place === undefined || usageBytes === undefined) return undefined
    const inactive = place.inactivePattern.exec(readText(place.statFile) ?? '')?.[1]
    return {
      limitBytes: place.limitBytes,
      usageBytes,
      workingSetBytes: inactive === undefined ? undefined : Math.max(0, usageBytes - Number(inactive)),
      headroomBytes: headroomOf(place, usageBytes),
    }
  }

  #search(): void {
    this.#searchedAtMs = performance.now()
    this.#place = findPlace(this.#root)
  }
}
