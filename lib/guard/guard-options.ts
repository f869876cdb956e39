import path from 'node:path'

import { checkNumber, invalidArgumentValue } from '../errors/index.js'
import { parseBytes } from '../figures/index.js'
import type { MemoryPressureOptions } from '../pressure/index.js'

export interface GuardSettings {
  /** The folder of all evidence, an absolute path. */
  readonly root: string
  /** Without any: by the container's limit. */
  readonly thresholds: Pick<MemoryPressureOptions, 'headroomBytes' | 'headroomSeconds' | 'psi'>
  /** Room that a heap snapshot must have, as a multiple of the used heap; undefined where none is to be written. */
  readonly snapshotFactor: number | undefined
  readonly release: boolean
}

const names = {
  folder: 'ALLOCSCOPE_GUARD_FOLDER',
  headroom: 'ALLOCSCOPE_GUARD_HEADROOM',
  seconds: 'ALLOCSCOPE_GUARD_SECONDS',
  psi: 'ALLOCSCOPE_GUARD_PSI',
  snapshot: 'ALLOCSCOPE_GUARD_SNAPSHOT',
  release: 'ALLOCSCOPE_GUARD_RELEASE',
} as const

/**
 * What V8 takes for a snapshot, as a multiple of the used heap, where each of its words refers to something: the most that `bench/snapshot-room.mjs` finds. It
 * takes 30 times for small objects, 1.5 for arrays of numbers.
 */
export const worstSnapshotFactor = 150

type Variables = Readonly<Record<string, string | undefined>>

/** A variable that isn't set, or is empty, is as if it weren't given. */
function textOf(environment: Variables, name: string): string | undefined {
  const text = environment[name]
  return text === '' ? undefined : text
}

function numberOf(environment: Variables, name: string, least: number, most: number): number | undefined {
  const text = textOf(environment, name)
  if (text === undefined) return undefined
  if (!/^\d+(?:\.\d+)?$/.test(text)) throw invalidArgumentValue(name, 'a number', text)
  return checkNumber(name, Number(text), least, least, most)
}

function bytesOf(environment: Variables, name: string): number | undefined {
  const text = textOf(environment, name)
  if (text === undefined) return undefined
  const bytes = parseBytes(text)
  if (bytes === undefined || bytes < 1) throw invalidArgumentValue(name, 'a size such as 64MiB', text)
  return bytes
}

function isAsked(environment: Variables, name: string): boolean {
  const text = textOf(environment, name)
  if (text !== undefined && text !== '0' && text !== '1') throw invalidArgumentValue(name, '0 or 1', text)
  return text === '1'
}

function factorOf(environment: Variables): number | undefined {
  const factor = numberOf(environment, names.snapshot, 0, 1000)
  if (factor === undefined || factor === 0) return undefined
  return factor === 1 ? worstSnapshotFactor : factor
}

/** The settings of `allocscope/guard`. The variables stay: a child that node gives the preload to is guarded as its parent is. Throws for what isn't allowed. */
export function readGuardVariables(environment: Variables): GuardSettings {
  const given = {
    headroomBytes: bytesOf(environment, names.headroom),
    headroomSeconds: numberOf(environment, names.seconds, 0.1, 86_400),
    psi: numberOf(environment, names.psi, 0.1, 100),
  }
  return {
    root: path.resolve(textOf(environment, names.folder) ?? 'allocscope-guard'),
    thresholds: Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    snapshotFactor: factorOf(environment),
    release: isAsked(environment, names.release),
  }
}
