import { createRequire } from 'node:module'

import { originalOffset } from './inserted-texts.js'
import type { FileInsertions, InsertedTexts } from './inserted-texts.js'

/** Has a frame in the stack of what a session calls. */
export const inspectorCoverageFile = __filename

/** Says in the report why what was loaded late isn't in it. */
export const inspectorCoverageNote =
  "The program measures V8's coverage by node's inspector: what it loaded meanwhile wasn't profiled. Of what was profiled by then, its coverage has functions only."

const { apply, defineProperty } = Reflect

type Callback = (this: unknown, error: unknown, result?: unknown) => unknown
type Post = (this: unknown, method: unknown, params?: unknown, callback?: unknown, ...more: unknown[]) => unknown

interface FunctionCoverage {
  isBlockCoverage: boolean
  ranges: { startOffset: number; endOffset: number; readonly count: number }[]
}

interface ScriptCoverage {
  readonly url: string
  readonly functions: readonly FunctionCoverage[]
}

/** V8's counts within a function are those of the probes' blocks, too. Only whole functions are the program's. */
function placeFunctions(functions: readonly FunctionCoverage[], inserted: FileInsertions): void {
  for (const each of functions) {
    const whole = each.ranges[0]
    if (whole === undefined) continue
    whole.startOffset = originalOffset(inserted, whole.startOffset)
    whole.endOffset = originalOffset(inserted, whole.endOffset)
    each.ranges = [whole]
    each.isBlockCoverage = false
  }
}

function placeCoverage(result: unknown, inserted: InsertedTexts): void {
  for (const { url, functions } of (result as { readonly result?: readonly ScriptCoverage[] } | undefined)?.result ?? []) {
    const found = inserted.find(url)
    if (found !== undefined) placeFunctions(functions, found)
  }
}

/** What a program's sessions with the inspector do to its coverage. */
export interface InspectorCoverageOptions {
  readonly inserted: () => InsertedTexts
  /** Called when coverage begins and when it ends. */
  readonly measuring: (isMeasured: boolean) => void
}

/** Whether coverage is measured after a call of this method. A map: a program may name any method. */
const changes: ReadonlyMap<unknown, boolean> = new Map([
  ['Profiler.startPreciseCoverage', true],
  // Another preload may have started it before.
  ['Profiler.takePreciseCoverage', true],
  ['Profiler.stopPreciseCoverage', false],
  ['Profiler.disable', false],
])

const answers: ReadonlySet<unknown> = new Set(['Profiler.takePreciseCoverage', 'Profiler.getBestEffortCoverage'])

/** From now on the coverage that a program takes by `inspector.Session` has the offsets of the files. */
export function showOriginalCoverage({ inserted, measuring }: InspectorCoverageOptions): void {
  // Node may be built without it.
  if (!process.features.inspector) return
  const { prototype } = (createRequire(__filename)('node:inspector') as typeof import('node:inspector')).Session
  // eslint-disable-next-line @typescript-eslint/unbound-method -- it is called by apply
  const own = prototype.post as unknown as Post
  const post: Post = function post(this: unknown, method, params, callback, ...more) {
    const change = changes.get(method)
    if (change !== undefined) measuring(change)
    const given = [method, params, callback, ...more]
    const at = typeof params === 'function' ? 1 : 2
    const answered = given[at]
    if (answers.has(method) && typeof answered === 'function') {
      given[at] = function (this: unknown, error: unknown, result: unknown) {
        placeCoverage(result, inserted())
        return apply(answered as Callback, this, [error, result])
      }
    }
    return apply(own, this, given)
  }
  defineProperty(post, 'length', { value: own.length, configurable: true })
  defineProperty(prototype, 'post', { value: post })
}
