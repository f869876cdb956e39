import { readFileSync } from 'node:fs'

import type { NativeAllocatorDocument } from '../../binding/index.js'
import { figuresOf } from '../named-figures.js'
import { glibcTunableColumns } from './columns.js'
import type { GlibcTunables } from './glibc-stats.js'

const variables = /^(?:GLIBC_TUNABLES|MALLOC_(?:ARENA_MAX|ARENA_TEST|MMAP_MAX_|MMAP_THRESHOLD_|PERTURB_|TOP_PAD_|TRIM_THRESHOLD_))=/

/** The environment that glibc itself read. `process.env` may have been changed by the program. */
function readTuningEnvironment(procFolder: string): Readonly<Record<string, string>> {
  const entries = readFileSync(`${procFolder}/environ`, 'utf8').split('\0')
  const tuning = entries.filter((entry) => variables.test(entry))
  return Object.fromEntries(tuning.map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]))
}

/** Zero stands for "not set" in glibc's parameters. */
function set(value: number | undefined): number | undefined {
  return value === 0 ? undefined : value
}

/** The tunables in an `'arenas'` reading; undefined when glibc's layout isn't proved. */
export function tunablesOf({ figures }: NativeAllocatorDocument, procFolder = '/proc/self'): GlibcTunables | undefined {
  if (!(glibcTunableColumns[0] in figures)) return undefined
  const tunables = figuresOf(figures, glibcTunableColumns)
  return {
    mmapThresholdBytes: tunables.mmapThresholdBytes,
    trimThresholdBytes: tunables.trimThresholdBytes,
    dynamicThresholds: tunables.noDynamicThreshold === 0,
    topPadBytes: tunables.topPadBytes,
    mmapMax: tunables.mmapMax,
    arenaMax: set(tunables.arenaMax),
    arenaTest: set(tunables.arenaTest),
    tcacheCount: tunables.tcacheCount,
    tcacheMaxBytes: tunables.tcacheMaxBytes,
    environment: readTuningEnvironment(procFolder),
  }
}
