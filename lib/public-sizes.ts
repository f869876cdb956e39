// The public list's sizes of values. Loaded with it, so it loads no room either.
import { lazily } from './loading/index.js'
import type { DeepSize, DeepSizeOptions, ObjectSize, SizeComparison, SizeTree, SizeTreeOptions } from './heap/index.js'

const heap = lazily(() => require('./heap/index.js') as typeof import('./heap/index.js'))
const report = lazily(() => require('./report/index.js') as typeof import('./report/index.js'))

/** A call takes 20 ns: so once the room is loaded, the room's own function replaces this one. */
let shallowSize = (value: unknown): number => {
  shallowSize = heap().shallowSizeOf
  return shallowSize(value)
}

/**
 * The {@link deepSizeOf} of several values, the smallest first: `compareSizes({ map: new Map(…), object: {…} })`. Each value is walked by itself:
 * what two of them share counts in both.
 *
 * @throws TypeError `ERR_INVALID_ARG_TYPE` unless `values` is an object with at least one property; RangeError
 * `ERR_OUT_OF_RANGE` for an array or a text of more than 10,000 elements; AllocscopeError as {@link deepSizeOf} does.
 */
export function compareSizes(values: Readonly<Record<string, unknown>>): SizeComparison {
  return heap().compareSizes(values)
}

/**
 * The size of everything that can be reached from `value`, each object once, like Pympler's `asizeof` and JOL's `GraphLayout.totalSize`. Less may
 * be freed when `value` goes, as others may refer to the same objects. Takes about 0.2 µs for a few objects, and 30 to 50 ns an object in a large
 * graph. This thread is blocked for that time. No getter is called, no trap fires, and nothing is allocated on V8's heap. Cycles and depth don't
 * matter.
 *
 * Not followed: prototypes, classes and code; the variables of closures, unless asked for; what WeakMap, WeakSet, WeakRef and
 * FinalizationRegistry hold; the global object. V8's own constants (`undefined`, `''`, single characters) and names of properties count 0. A pooled
 * Buffer brings in its whole pool, once.
 *
 * @throws AllocscopeError `ERR_ALLOCSCOPE_V8_LAYOUT_UNSUPPORTED` where the layout isn't proved, `ERR_ALLOCSCOPE_NO_ADDON` without the addon.
 */
export function deepSizeOf(value: unknown, options?: DeepSizeOptions): DeepSize {
  return heap().deepSizeOf(value, options)
}

/**
 * The size of the object alone that `value` refers to, bytes on V8's heap. Its elements, properties outside it and everything else that it refers
 * to aren't included. A small integer is 0, as it lies in the slot itself. Takes about 40 ns. No getter is called and no trap fires.
 *
 * Source: the object's map, by a layout proved at the first call of a thread (see {@link getCapabilities}).
 *
 * @throws AllocscopeError `ERR_ALLOCSCOPE_V8_LAYOUT_UNSUPPORTED` where the layout isn't proved, `ERR_ALLOCSCOPE_NO_ADDON` without the addon.
 */
export function shallowSizeOf(value: unknown): number {
  return shallowSize(value)
}

/**
 * The size of `value` and of the stores that only it uses, like Python's `sys.getsizeof`. Other values that it refers to aren't counted:
 * {@link deepSizeOf} counts them. Takes about 0.2 µs. No getter is called and no trap fires.
 *
 * Caveats: a view of a whole ArrayBuffer counts as its owner. A number in a property or in an array of mixed values may be an object of its own, of
 * 16 bytes: it counts as another value. The code of a function isn't counted.
 *
 * @throws AllocscopeError `ERR_ALLOCSCOPE_V8_LAYOUT_UNSUPPORTED` where the layout isn't proved, `ERR_ALLOCSCOPE_NO_ADDON` without the addon.
 */
export function sizeOf(value: unknown): ObjectSize {
  return heap().sizeOf(value)
}

/**
 * What is in `value`, level by level, with the size of each part: {@link deepSizeOf} as a tree. Each object counts once, at the place nearest to the
 * root, so that the sizes add up to the root's.
 *
 * Shows own properties, array elements and entries of Map and Set, without numbers unless `every` is set. No getter is called and no trap of a Proxy fires. The tree itself
 * is allocated before and after the walk, not during it. Of a value with more than 10,000 entries, the others count in `elsewhereBytes`; such a node is
 * `unlisted`. Takes time and memory in proportion to what is listed, whatever the value's length; `deadlineMs` ends the listing as well as the walk.
 *
 * @throws TypeError or RangeError for bad options; AllocscopeError as {@link deepSizeOf} does.
 */
export function sizeTree(value: unknown, options?: SizeTreeOptions): SizeTree {
  return heap().sizeTree(value, options)
}

/**
 * A {@link sizeTree} as text. Each value has a line, with the bytes of it and everything below it to the left, the largest first. What isn't shown
 * has lines too: the lines below a value and the value's own bytes add up to its figure.
 *
 * @throws TypeError for what is no {@link SizeTree}.
 */
export function formatSizeTree(tree: SizeTree): string {
  return report().formatSizeTree(tree)
}
