import { types } from 'node:util'

import { isFailure, toError } from '../binding/index.js'
import { checkBoolean, checkNumber, invalidArgumentType, readOptions } from '../errors/index.js'
import type { HeapKind } from './heap-kinds.js'
import { requireHeapLayout } from './heap-layout.js'
import type { HeapLayout } from './heap-layout.js'

/** What objects of one kind add to a {@link DeepSize}. */
export interface KindSize {
  readonly objects: number
  /** Bytes on V8's heap. */
  readonly bytes: number
}

/** What is reachable from a value. */
export interface DeepSize {
  /** `heapBytes` + `externalBytes`. */
  readonly totalBytes: number
  /** Bytes on V8's heap of everything that was reached, each object once. */
  readonly heapBytes: number
  /** Bytes outside V8's heap: memory of ArrayBuffers, each once, and characters of external strings. */
  readonly externalBytes: number
  /** Objects on V8's heap, parts such as an array's elements included. */
  readonly objects: number
  /** The objects and their heap bytes by kind; kinds that weren't met are absent. */
  readonly byKind: { readonly [kind in HeapKind]?: KindSize }
  /**
   * Objects that are counted without what they hold, as V8 doesn't tell that: iterators, Intl, WebAssembly, an Error's stack. More than 0 means that
   * the sum may be too small.
   */
  readonly opaqueObjects: number
  /** Objects of types whose size isn't proved. Each counts as 0 bytes. */
  readonly unsizedObjects: number
  /** Whether the walk ended early. The figures are of what it had seen. */
  readonly truncated: boolean
  /** What ended a truncated walk. */
  readonly truncatedBy: 'maxObjects' | 'deadlineMs' | undefined
  /** The most memory that the walk itself took from malloc, bytes; 0 for up to some 40 objects. */
  readonly walkBytes: number
  /** What this reading cost, microseconds of this thread's time. */
  readonly costMicros: number
}

/** Options of {@link deepSizeOf}. */
export interface DeepSizeOptions {
  /** Stop after this many objects. Default: no limit. */
  readonly maxObjects?: number | undefined
  /** Stop after this many milliseconds. Default: no limit. The clock is read every 4,096 objects. */
  readonly deadlineMs?: number | undefined
  /**
   * Follow the variables that functions close over. Default false: most functions reach most of the program through their module's scope.
   */
  readonly followClosures?: boolean | undefined
  /** Values that aren't counted and whose references aren't followed. */
  readonly exclude?: readonly unknown[] | undefined
}

/** WalkField of native/convert/heap.cc. */
const walkPlace = {
  heapBytes: 0,
  externalBytes: 1,
  objects: 2,
  opaque: 3,
  unsized: 4,
  end: 5,
  ownBytes: 6,
  micros: 7,
  kinds: 8,
  length: 9,
} as const

/** KindField of native/convert/heap.cc. */
const kindPlace = { number: 0, objects: 1, bytes: 2, length: 3 } as const

/** More than there are kinds. The addon checks that. */
const mostKinds = 40

/** Where the addon writes what each walk found. */
const figures = new Float64Array(walkPlace.length + kindPlace.length * mostKinds)
const ends = [undefined, 'maxObjects', 'deadlineMs'] as const

function figure(index: number): number {
  return figures[index] as number
}

function readKinds(kinds: readonly HeapKind[]): DeepSize['byKind'] {
  const byKind: { [kind in HeapKind]?: KindSize } = {}
  const end = walkPlace.length + kindPlace.length * figure(walkPlace.kinds)
  for (let at = walkPlace.length; at < end; at += kindPlace.length) {
    byKind[kinds[figure(at + kindPlace.number)] as HeapKind] = {
      objects: figure(at + kindPlace.objects),
      bytes: figure(at + kindPlace.bytes),
    }
  }
  return byKind
}

function readWalk({ kinds }: HeapLayout): DeepSize {
  const truncatedBy = ends[figure(walkPlace.end)]
  return {
    totalBytes: figure(walkPlace.heapBytes) + figure(walkPlace.externalBytes),
    heapBytes: figure(walkPlace.heapBytes),
    externalBytes: figure(walkPlace.externalBytes),
    objects: figure(walkPlace.objects),
    byKind: readKinds(kinds),
    opaqueObjects: figure(walkPlace.opaque),
    unsizedObjects: figure(walkPlace.unsized),
    truncated: truncatedBy !== undefined,
    truncatedBy,
    walkBytes: figure(walkPlace.ownBytes),
    costMicros: figure(walkPlace.micros),
  }
}

function checkExclude(value: unknown): readonly unknown[] | undefined {
  if (value === undefined) return undefined
  // The addon reads the array's slots where they lie. A Proxy of an array has none.
  if (types.isProxy(value) || !Array.isArray(value)) throw invalidArgumentType('options.exclude', 'an Array', value)
  return value as readonly unknown[]
}

/** The limits of a walk, checked. */
export interface WalkLimits {
  readonly maxObjects: number
  readonly deadlineMs: number
  readonly followClosures: boolean
}

export function checkWalkLimits(options: { readonly [name in keyof WalkLimits]?: unknown }): WalkLimits {
  return {
    maxObjects: checkNumber('options.maxObjects', options.maxObjects, 1, Infinity),
    deadlineMs: checkNumber('options.deadlineMs', options.deadlineMs, 0, Infinity),
    followClosures: checkBoolean('options.followClosures', options.followClosures, false),
  }
}

let layoutOfFigures: HeapLayout | undefined

/** The layout, whose addon writes into {@link figures}. */
function requireLayoutWithFigures(): HeapLayout {
  const layout = requireHeapLayout()
  if (layout === layoutOfFigures) return layout
  const failure = layout.native.setWalkFigures(figures)
  if (isFailure(failure)) throw toError(failure)
  layoutOfFigures = layout
  return layout
}

function walkWithOptions(layout: HeapLayout, value: unknown, given: DeepSizeOptions): ReturnType<HeapLayout['native']['walkValue']> {
  const options = readOptions(given, ['maxObjects', 'deadlineMs', 'followClosures', 'exclude'])
  const { maxObjects, deadlineMs, followClosures } = checkWalkLimits(options)
  const exclude = checkExclude(options.exclude)
  return layout.native.walkValue(value, maxObjects, deadlineMs, followClosures, exclude)
}

/** Public: described where it is exported, in lib/index.ts. */
export function deepSizeOf(value: unknown, options?: DeepSizeOptions): DeepSize {
  const layout = requireLayoutWithFigures()
  const failure = options === undefined ? layout.native.walkValue(value) : walkWithOptions(layout, value, options)
  if (isFailure(failure)) throw toError(failure)
  return readWalk(layout)
}
