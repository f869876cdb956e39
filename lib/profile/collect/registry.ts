import { appendFileSync } from 'node:fs'

import { isFailure, requireBinding, toError } from '../../binding/index.js'
import { AllocscopeError } from '../../errors/index.js'
import type { Registration, Registry } from './collector.js'
import { filesOf, nameOfThisProcess } from './record-files.js'
import type { ProcessFiles } from './record-files.js'
import { firstId, maxIds } from './state-layout.js'

/** A line of the file of descriptions. */
export type Description =
  | { readonly process: { readonly nodeVersion: string; readonly startedMs: number } }
  | { readonly function: Registration['functions'][number] }
  | { readonly uninstrumented: NonNullable<Registration['uninstrumented']>[number] }
  | { readonly source: { readonly file: string; readonly text: string } }
  | { readonly note: string }

/** The size of the file of ids. It holds the next id, twice so that any reader finds it aligned. */
const idsBytes = 64

function mapIds(file: string): Int32Array {
  const ids = requireBinding().mapProfileFile(file, idsBytes)
  if (isFailure(ids)) throw toError(ids)
  return new Int32Array(ids)
}

function describe({ functions, uninstrumented = [], sources = {}, notes = [] }: Registration): Description[] {
  return [
    ...Object.entries(sources).map(([file, text]) => ({ source: { file, text } })),
    ...functions.map((each) => ({ function: each })),
    ...uninstrumented.map((each) => ({ uninstrumented: each })),
    ...notes.map((note) => ({ note })),
  ]
}

/** Appends in one write, so that lines of several threads don't mix. */
export function appendDescriptions(files: ProcessFiles, descriptions: readonly Description[]): void {
  if (descriptions.length === 0) return
  appendFileSync(files.descriptions, descriptions.map((each) => `${JSON.stringify(each)}\n`).join(''), { mode: 0o600 })
}

/** A registry. All threads of the process share its ids. */
export class ProcessRegistry implements Registry {
  readonly files: ProcessFiles
  readonly ids: Int32Array

  constructor(folder: string) {
    this.files = filesOf(folder, nameOfThisProcess())
    this.ids = mapIds(this.files.ids)
    Atomics.compareExchange(this.ids, 0, 0, firstId)
  }

  reserve(_kind: 'functions' | 'lines', count: number): number {
    const first = Atomics.add(this.ids, 0, count)
    if (first + count <= maxIds) return first
    Atomics.sub(this.ids, 0, count)
    throw new AllocscopeError('ERR_ALLOCSCOPE_PROFILE_FULL', `a profile has room for ${maxIds} functions and lines, and they are taken`)
  }

  register(registration: Registration): void {
    appendDescriptions(this.files, describe(registration))
  }
}

/** The registry of the calling process in the record `folder`. Any thread may open it. No probes are installed. */
export function openRegistry(folder: string): Registry {
  return new ProcessRegistry(folder)
}
