import { appendFileSync } from 'node:fs'

import { isFailure, requireBinding, toError } from '../../binding/index.js'
import { AllocscopeError } from '../../errors/index.js'
import type { Registration, Registry } from './collector.js'
import { filesOf, nameOfThisProcess } from './record-files.js'
import type { ProcessFiles } from './record-files.js'
import { maxIds } from './state-layout.js'

/** A line of the file of descriptions. */
export type Description =
  | { readonly process: { readonly nodeVersion: string; readonly startedMs: number } }
  | { readonly function: Registration['functions'][number] }
  | { readonly uninstrumented: NonNullable<Registration['uninstrumented']>[number] }
  | { readonly source: { readonly file: string; readonly text: string } }
  | { readonly note: string }

const firstId = 1

/** The bytes of the file of ids: the next one, twice so that any reader finds it aligned. */
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

/** One write: what several threads append doesn't mix. */
export function appendDescriptions(files: ProcessFiles, descriptions: readonly Description[]): void {
  if (descriptions.length === 0) return
  appendFileSync(files.descriptions, descriptions.map((each) => `${JSON.stringify(each)}\n`).join(''), { mode: 0o600 })
}

/** A registry and the ids that it gives out, which every thread of the process sees. */
export class ProcessRegistry implements Registry {
  readonly files: ProcessFiles
  readonly ids: Int32Array

  constructor(folder: string) {
    this.files = filesOf(folder, nameOfThisProcess())
    this.ids = mapIds(this.files.ids)
    // Id 0 is nobody's: a row that a frame without a line would write to.
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

/** The registry of the calling process in the record `folder`. Any thread may open it; nothing is installed. */
export function openRegistry(folder: string): Registry {
  return new ProcessRegistry(folder)
}
