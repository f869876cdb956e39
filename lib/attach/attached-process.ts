import { setTimeout as sleep } from 'node:timers/promises'

import { addonFile, isFailure, requireBinding, toError } from '../binding/index.js'
import type { FailureRecord, NativeAllocator, NativeAllocatorDescription, NativeAllocatorDocument } from '../binding/index.js'
import type { HeapWords } from '../heap/heap-stats.js'
import { attachError, checkAccess } from './attach-failure.js'
import { findLibraryThere } from './library-there.js'
import type { LibraryThere } from './library-there.js'

/** How long a thread of the other process may take to be free and to answer, milliseconds. */
const answerMs = 5000
/** How often is looked whether a script has run, milliseconds. */
const pollMs = 5

/** What a script in the other process came to. */
export type Evaluated = { readonly value: string } | { readonly reason: string }

/** V8's words of the main thread's heap, read in the midst of its JavaScript. */
export type InterruptedHeap = Omit<HeapWords, 'arrayBufferBytes'>

type TakenAnswer =
  | { readonly done: false }
  | ({ readonly done: false } & InterruptedHeap)
  | { readonly done: true; readonly value?: string; readonly error?: string }

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
    const begun = this.#begin(script)
    if (typeof begun !== 'string') return begun
    return this.#end(begun, await this.#await(begun, patienceMs), patienceMs)
  }

  /**
   * The same, of a script that reads V8's heap. Where the loop hasn't come round for half of that time, V8 is asked to read it in the midst of the main thread's
   * JavaScript, which comes to nothing while none runs there, as in a system call.
   */
  async evaluateOrInterrupt(script: string, patienceMs: number): Promise<Evaluated | InterruptedHeap> {
    const begun = this.#begin(script)
    if (typeof begun !== 'string') return begun
    let taken = await this.#await(begun, patienceMs / 2)
    if (!taken.done) {
      // Where that can't be done, the loop alone is waited for.
      this.#ask(`interrupt ${begun}`)
      taken = await this.#await(begun, patienceMs / 2)
    }
    const ended = this.#end(begun, taken, patienceMs)
    return 'heap' in taken ? taken : ended
  }

  /** The script's number there, or why it can't be handed over. */
  #begin(script: string): string | { readonly reason: string } {
    const begun = this.#ask(`evaluate ${script}`)
    return isFailure(begun) ? { reason: begun.failure.message } : (begun as string)
  }

  /** What is there of it within that time. */
  async #await(number: string, patienceMs: number): Promise<TakenAnswer> {
    const deadline = performance.now() + patienceMs
    for (;;) {
      const taken = this.#ask(`take ${number}`) as TakenAnswer
      if (taken.done || 'heap' in taken || performance.now() >= deadline) return taken
      await sleep(pollMs)
    }
  }

  #end(number: string, taken: TakenAnswer, patienceMs: number): Evaluated {
    if (taken.done) return taken.value === undefined ? { reason: taken.error ?? '' } : { value: taken.value }
    this.#ask(`drop ${number}`)
    return { reason: `its event loop is blocked: it hasn't come round for ${patienceMs} ms` }
  }

  close(): void {
    this.#library.close()
  }
}
