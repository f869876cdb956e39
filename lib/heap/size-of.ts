import { types } from 'node:util'

import { isFailure, toError } from '../binding/index.js'
import type { NativeBinding } from '../binding/index.js'
import { AllocscopeError } from '../errors/index.js'
import type { HeapKind, Representation, ValueKind } from './heap-kinds.js'
import { requireHeapLayout } from './heap-layout.js'
import type { HeapLayout } from './heap-layout.js'

/** Bytes on V8's heap in the stores that belong to one object alone; 0 for a store that it doesn't have. */
export interface OwnedBytes {
  /** Named properties that lie outside the object: an array of slots or a dictionary. */
  readonly properties: number
  /** Slots of an array, on-heap bytes of a typed array, the arguments behind `arguments`. */
  readonly elements: number
  /** The hash table of a Map, Set, WeakMap or WeakSet. */
  readonly table: number
  /** The arguments that a bound function keeps. */
  readonly boundArguments: number
  /** The parameters and variables of a generator. */
  readonly registers: number
  /** The ArrayBuffer object of a view that covers all of it. */
  readonly arrayBuffer: number
}

/** Bytes of stores that other values may use too. {@link ObjectSize.totalBytes} doesn't include them. */
export interface SharedBytes {
  /** On-heap bytes of the elements of an array literal before the first write: the code that made it keeps them too. */
  readonly elements: number
  /** On-heap bytes of the strings that a cons, sliced or thin string refers to. */
  readonly characters: number
  /** Off-heap bytes of the ArrayBuffer that a view covers in part: for a pooled Buffer, the whole pool. */
  readonly memory: number
}

/** The size of one value. */
export interface ObjectSize {
  readonly kind: ValueKind
  /** The form in which V8 keeps the value now. Forms change by themselves: a string flattens, an array turns holey. */
  readonly representation: Representation
  /** Bytes of the object itself. What {@link shallowSizeOf} returns. */
  readonly selfBytes: number
  readonly ownedBytes: OwnedBytes
  readonly sharedBytes: SharedBytes
  /** `selfBytes` and all of `ownedBytes`: the part of V8's heap that only this value uses. */
  readonly heapBytes: number
  /** Bytes outside V8's heap: an ArrayBuffer's memory, an external string's characters. */
  readonly externalBytes: number
  /** `heapBytes` + `externalBytes`. */
  readonly totalBytes: number
  /** The part of `ownedBytes.elements` after an array's last element, which a push would fill. */
  readonly unusedBytes: number
  /** The `byteLength` of a typed array, Buffer or DataView, whoever owns the memory. Undefined for everything else. */
  readonly viewBytes: number | undefined
}

/** MeasureField of native/convert/heap.cc. */
const measurePlace = {
  kind: 0,
  representation: 1,
  self: 2,
  properties: 3,
  elements: 4,
  table: 5,
  arguments: 6,
  registers: 7,
  buffer: 8,
  external: 9,
  sharedElements: 10,
  sharedCharacters: 11,
  sharedMemory: 12,
  unusedElements: 13,
  length: 14,
} as const

const figures = new Float64Array(measurePlace.length)

let native: NativeBinding | undefined

function unprovedSize(value: unknown): AllocscopeError {
  const message = `the layout of this ${typeof value} isn't one of those proved: V8 says nowhere how long it is`
  return new AllocscopeError('ERR_ALLOCSCOPE_V8_LAYOUT_UNSUPPORTED', message)
}

/** Public: described where it is exported, in lib/index.ts. */
export function shallowSizeOf(value: unknown): number {
  native ??= requireHeapLayout().native
  const answer = native.readShallowSize(value)
  if (typeof answer !== 'number') throw toError(answer)
  if (answer < 0) throw unprovedSize(value)
  return answer
}

function refineKind(kind: HeapKind, value: unknown): ValueKind {
  if (kind === 'oddball') return value === null ? 'null' : value === undefined ? 'undefined' : 'boolean'
  if (kind === 'ArrayBuffer' && types.isSharedArrayBuffer(value)) return 'SharedArrayBuffer'
  // What a program can refer to is no part of V8's: a module's namespace, or what node answers for, such as process.env.
  if (kind === 'internal') return 'other object'
  return kind as ValueKind
}

// Taken once, as a program may replace them.
const byteLengthOfTypedArray = getterOf(Reflect.getPrototypeOf(Uint8Array.prototype) as object)
const byteLengthOfDataView = getterOf(DataView.prototype)

function getterOf(prototype: object): (this: unknown) => number {
  return Reflect.getOwnPropertyDescriptor(prototype, 'byteLength')?.get as (this: unknown) => number
}

/** Undefined for what is no view. 0 when its memory was taken away or became too short: then a DataView throws. */
function viewBytesOf(value: unknown): number | undefined {
  if (!ArrayBuffer.isView(value)) return undefined
  try {
    return (types.isTypedArray(value) ? byteLengthOfTypedArray : byteLengthOfDataView).call(value)
  } catch {
    return 0
  }
}

function figure(index: number): number {
  return figures[index] as number
}

function readFigures(layout: HeapLayout, value: unknown, viewBytes: number | undefined): ObjectSize {
  const kind = layout.kinds[figure(measurePlace.kind)] as HeapKind
  const owned: OwnedBytes = {
    properties: figure(measurePlace.properties),
    elements: figure(measurePlace.elements),
    table: figure(measurePlace.table),
    boundArguments: figure(measurePlace.arguments),
    registers: figure(measurePlace.registers),
    arrayBuffer: figure(measurePlace.buffer),
  }
  const selfBytes = figure(measurePlace.self)
  const heapBytes = selfBytes + owned.properties + owned.elements + owned.table + owned.boundArguments + owned.registers + owned.arrayBuffer
  const externalBytes = figure(measurePlace.external)
  return {
    kind: refineKind(kind, value),
    representation: layout.representations[figure(measurePlace.representation)] as Representation,
    selfBytes,
    ownedBytes: owned,
    sharedBytes: {
      elements: figure(measurePlace.sharedElements),
      characters: figure(measurePlace.sharedCharacters),
      memory: figure(measurePlace.sharedMemory),
    },
    heapBytes,
    externalBytes,
    totalBytes: heapBytes + externalBytes,
    unusedBytes: figure(measurePlace.unusedElements),
    viewBytes,
  }
}

/** Puts the figures of `value` into {@link figures}. */
function measure(layout: HeapLayout, value: unknown, viewBytes: number): void {
  const failure = layout.native.measureValue(value, figures, viewBytes)
  if (isFailure(failure)) throw toError(failure)
}

/**
 * Whether no object is where properties of `value` seem to be, or none that a walk follows: of a global object, and of those that node answers for when
 * they are read, such as `process.env`.
 */
export function isHollow(value: object): boolean {
  const layout = requireHeapLayout()
  measure(layout, value, 0)
  const kind = layout.kinds[figure(measurePlace.kind)]
  return kind === 'global' || (kind === 'internal' && !types.isModuleNamespaceObject(value))
}

/** Public: described where it is exported, in lib/index.ts. */
export function sizeOf(value: unknown): ObjectSize {
  const layout = requireHeapLayout()
  const viewBytes = viewBytesOf(value)
  measure(layout, value, viewBytes ?? 0)
  if (figure(measurePlace.self) < 0) throw unprovedSize(value)
  return readFigures(layout, value, viewBytes)
}
