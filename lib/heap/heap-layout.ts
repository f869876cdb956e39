import { binding, bindingLoadError, isFailure, requireBinding } from '../binding/index.js'
import type { FailureRecord, NativeBinding } from '../binding/index.js'
import { AllocscopeError } from '../errors/index.js'
import type { HeapKind, Representation } from './heap-kinds.js'
import { makeLayoutExamples } from './layout-examples.js'

/** Why object sizes can't be had here. */
export interface HeapLayoutRefusal {
  /** The offset, mask or type of V8 that could not be proved; undefined where the addon itself is missing. */
  readonly constant: string | undefined
  readonly reason: string
}

/** V8's layout as proved in this thread. */
export interface HeapLayout {
  readonly native: NativeBinding
  /** How many offsets, masks and types were compared with objects of known contents. */
  readonly constants: number
  /** What the comparing took, microseconds. */
  readonly proofMicros: number
  /** The kinds of object and the forms that V8 keeps them in, as the addon numbers them. */
  readonly kinds: readonly HeapKind[]
  readonly representations: readonly Representation[]
}

type Proof = { readonly layout: HeapLayout } | { readonly refusal: HeapLayoutRefusal }

/**
 * A collection in the middle of making the examples may turn a thin string into the one it stands for, or grant an array more room: such a
 * refusal isn't the layout's fault and passes with other examples.
 */
const attempts = 8

let proof: Proof | undefined

function refusalOf({ failure }: FailureRecord): HeapLayoutRefusal {
  return { constant: failure.call, reason: failure.message }
}

function compareExamples(native: NativeBinding): ReturnType<NativeBinding['proveHeapLayout']> {
  let answer = native.proveHeapLayout(makeLayoutExamples())
  for (let attempt = 1; attempt < attempts && isFailure(answer); attempt++) answer = native.proveHeapLayout(makeLayoutExamples())
  return answer
}

function prove(native: NativeBinding): Proof {
  let answer: ReturnType<NativeBinding['proveHeapLayout']>
  try {
    answer = compareExamples(native)
  } catch (error) {
    // A program may have removed a builtin, or put another in its place.
    return { refusal: { constant: undefined, reason: `an example can't be made: ${String(error)}` } }
  }
  if (isFailure(answer)) return { refusal: refusalOf(answer) }
  const { kinds, representations } = native.listHeapNames()
  return { layout: { native, ...answer, kinds: kinds as HeapKind[], representations: representations as Representation[] } }
}

/** V8's layout, or why it isn't known. Proves it at the first call of a thread, 1 to 3 ms; costs nothing afterwards. */
export function proveHeapLayout(): Proof {
  if (proof !== undefined) return proof
  if (binding === undefined) {
    proof = { refusal: { constant: undefined, reason: bindingLoadError?.message ?? 'the addon is not loaded' } }
  } else {
    proof = prove(binding)
  }
  return proof
}

/** V8's layout. Throws `ERR_ALLOCSCOPE_V8_LAYOUT_UNSUPPORTED`, or `ERR_ALLOCSCOPE_NO_ADDON`, when there is none. */
export function requireHeapLayout(): HeapLayout {
  const proved = proveHeapLayout()
  if ('layout' in proved) return proved.layout
  requireBinding()
  const { constant, reason } = proved.refusal
  const subject = constant === undefined ? '' : `${constant}: `
  throw new AllocscopeError(
    'ERR_ALLOCSCOPE_V8_LAYOUT_UNSUPPORTED',
    `the object layout of V8 ${process.versions.v8} isn't proved: ${subject}${reason}`,
  )
}
