import { setTimeout as sleep } from 'node:timers/promises'

import { addonFile, isFailure, requireBinding, toError } from '../binding/index.js'
import type { FailureRecord, NativeAllocator, NativeAllocatorDescription, NativeAllocatorDocument } from '../binding/index.js'
import { attachError, checkAccess } from './attach-failure.js'
import { findLibraryThere } from './library-there.js'
import type { LibraryThere } from './library-there.js'

/** How long a thread of the other process may take to be free and to answer, milliseconds. */
const answerMs = 5000
/** How often is looked whether a script has run, milliseconds. */
const pollMs = 5

/** What a script in the other process came to. */
export type Evaluated = { readonly value: string } | { readonly reason: string }

type TakenAnswer = { readonly done: false } | { readonly done: true; readonly value?: string; readonly error?: string }

/** Figures as JSON has them: what isn't known is null. */
type Figures = readonly (number | null)[]

interface DocumentText extends Omit<NativeAllocatorDocument, 'figures' | 'tables'> {
  readonly figures: Readonly<Record<string, number | null>>
  readonly tables: Readonly<Record<string, { readonly columns: readonly string[]; readonly cells: Figures }>>
}

function mapValues<From, To>(values: Readonly<Record<string, From>>, change: (value: From) => To): Readonly<Record<string, To>> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)]))
}

/** Another process that answers through a thread of its own. Nothing runs there between two questions. */
export class AttachedProcess {
  readonly pid: number
  readonly #library: LibraryThere

  /** Throws `ERR_ALLOCSCOPE_NO_ADDON`, `ERR_ALLOCSCOPE_ATTACH`, `ERR_ALLOCSCOPE_ATTACH_FORBIDDEN`, `ERR_ALLOCSCOPE_UNSUPPORTED`. */
  constructor(pid: number) {
    this.pid = pid
    requireBinding()
    checkAccess(pid)
    this.#library = findLibraryThere(addonFile(), pid)
  }

  /** The answer as native/agent/answer.cc of this version writes it: the file is the same. */
  #ask(request: string): unknown {
    const answer = requireBinding().askProcess(this.pid, this.#library.path, request, answerMs)
    if (isFailure(answer)) throw attachError(answer, this.pid)
    return JSON.parse(answer)
  }

  /** The calls of the allocator, answered there. */
  allocatorCalls(): NativeAllocator {
    return {
      describeAllocator: () => {
        const answer = this.#ask('describe')
        if (isFailure(answer)) throw toError(answer)
        return answer as NativeAllocatorDescription
      },
      readAllocatorFootprint: (figures) => {
        const answer = this.#ask('footprint')
        if (isFailure(answer)) return answer
        ;(answer as Figures).forEach((figure, place) => {
          figures[place] = figure ?? Number.NaN
        })
        return undefined
      },
      readAllocatorDetail: (arenas) => this.#readDetail(arenas),
    }
  }

  #readDetail(arenas: boolean): NativeAllocatorDocument | FailureRecord {
    const answer = this.#ask(arenas ? 'arenas' : 'usage')
    if (isFailure(answer)) return answer
    const { figures, tables, ...rest } = answer as DocumentText
    return {
      ...rest,
      figures: mapValues(figures, (figure) => figure ?? Number.NaN),
      tables: mapValues(tables, ({ columns, cells }) => ({ columns, cells: Float64Array.from(cells, (cell) => cell ?? Number.NaN) })),
    }
  }

  /**
   * Runs a script in the main thread's event loop, and gives its result as text. A loop that is busy for longer than `patienceMs` isn't waited for: the script
   * runs when it is free.
   */
  async evaluate(script: string, patienceMs: number): Promise<Evaluated> {
    const begun = this.#ask(`evaluate ${script}`)
    if (isFailure(begun)) return { reason: begun.failure.message }
    const number = begun as string
    const deadline = performance.now() + patienceMs
    while (performance.now() < deadline) {
      const taken = this.#ask(`take ${number}`) as TakenAnswer
      if (taken.done) return taken.value === undefined ? { reason: taken.error ?? '' } : { value: taken.value }
      await sleep(pollMs)
    }
    this.#ask(`drop ${number}`)
    return { reason: `its event loop is blocked: it hasn't come round for ${patienceMs} ms` }
  }

  close(): void {
    this.#library.close()
  }
}
