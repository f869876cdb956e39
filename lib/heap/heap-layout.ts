import { binding, bindingLoadError, isFailure, requireBinding } from '../binding/index.js'
import type { FailureRecord, NativeBinding } from '../binding/index.js'
import { AllocscopeError } from '../errors/index.js'
import type { HeapKind, Representation } from './heap-kinds.js'
import { makeLayoutExamples } from './layout-examples.js'

/** Why there are no object sizes in this process. */
export interface HeapLayoutRefusal {
  /** The offset, mask or type of V8 that could not be proved; undefined when the addon itself is missing. */
  readonly constant: string | undefined
  readonly reason: string
}

/** V8's layout as proved in this thread. */
export interface HeapLayout {
  readonly native: NativeBinding
  /** How many offsets, masks and types were compared with objects of known contents. */
  readonly constants: number
  /** How long the proof took, microseconds. */
  readonly proofMicros: number
  /** The addon's kinds of objects and their forms, by its own numbers. */
  readonly kinds: readonly HeapKind[]
  readonly representations: readonly Representation[]
}

type Proof = { readonly layout: HeapLayout } | { readonly refusal: HeapLayoutRefusal }

/**
 * A collection while the examples are made may replace a thin string by the one it stands for, or give an array more room. Then the proof fails
 * although the layout is right, and succeeds with new examples.
 */
const attempts = 8

let proof: Proof | undefined

function refusalOf({ failure }: FailureRecord): HeapLayoutRefusal {
  return { constant: failure.call, reason: failure.message }
}

/** The failure that came most often: what a collection brought about comes now and then, a wrong layout each time. */
function commonest(failures: readonly FailureRecord[]): FailureRecord {
  const times = (one: FailureRecord): number => failures.filter(({ failure }) => failure.call === one.failure.call).length
  return failures.reduce((most, one) => (times(one) > times(most) ? one : most))
}

function compareExamples(native: NativeBinding): ReturnType<NativeBinding['proveHeapLayout']> {
  const failures: FailureRecord[] = []
  for (let attempt = 0; attempt < attempts; attempt++) {
    const answer = native.proveHeapLayout(makeLayoutExamples())
    if (!isFailure(answer)) return answer
    failures.push(answer)
  }
  return commonest(failures)
}

function prove(native: NativeBinding): Proof {
  let answer: ReturnType<NativeBinding['proveHeapLayout']>
  try {
    answer = compareExamples(native)
  } catch (error) {
    // The program may have removed or replaced a builtin.
    return { refusal: { constant: undefined, reason: `an example can't be made: ${String(error)}` } }
  }
  if (isFailure(answer)) return { refusal: refusalOf(answer) }
  const { kinds, representations } = native.listHeapNames()
  return { layout: { native, ...answer, kinds: kinds as HeapKind[], representations: representations as Representation[] } }
}

/** V8's layout, or why it isn't known. The first call of a thread proves it in 1 to 3 ms. Later calls cost nothing. */
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
