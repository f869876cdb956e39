import { isFailure, toError } from '../binding/index.js'
import { checkNumber, readOptions } from '../errors/index.js'
import { checkWalkLimits } from './deep-size.js'
import type { WalkLimits } from './deep-size.js'
import type { Representation, ValueKind } from './heap-kinds.js'
import { requireHeapLayout } from './heap-layout.js'
import { listOwnChildren } from './own-children.js'
import { sizeOf } from './size-of.js'

/** One value within a {@link SizeTree}. Sizes add up: `deepBytes` is `ownBytes`, `elsewhereBytes`, `omitted.bytes` and the children's `deepBytes`. */
export interface SizeTreeNode {
  /** The way to it from its holder: `.rows`, `[3]`, `get("id")`, `value 7`. */
  readonly name: string
  readonly kind: ValueKind
  readonly representation: Representation
  /** The object itself, bytes. */
  readonly selfBytes: number
  /** The object and the stores that only it uses, off-heap memory included; {@link ObjectSize.totalBytes}. */
  readonly ownBytes: number
  /** Everything that is reachable from here and isn't counted elsewhere in the tree. */
  readonly deepBytes: number
  /** The part of `deepBytes` outside V8's heap. */
  readonly externalBytes: number
  /** The part of `deepBytes` that no child shows: deeper levels, numbers, map keys, a Proxy's target, a bound function's parts. */
  readonly elsewhereBytes: number
  /** Whether the object is counted at another place of the tree. Its `deepBytes` is 0 here. */
  readonly seen: boolean
  /** The largest first. */
  readonly children: readonly SizeTreeNode[]
  /** Children that `maxEntries` or `minBytes` left out. */
  readonly omitted: { readonly entries: number; readonly bytes: number }
}

/** The recursive picture of one value. */
export interface SizeTree {
  readonly root: SizeTreeNode
  /** Whether `maxObjects` or `deadlineMs` ended the walk. Then sizes are lower bounds. */
  readonly truncated: boolean
  readonly truncatedBy: 'maxObjects' | 'deadlineMs' | undefined
  /** What the whole reading cost, microseconds of this thread's time. */
  readonly costMicros: number
}

/** Options of {@link sizeTree}. */
export interface SizeTreeOptions {
  /** Levels below the value. Default 3. */
  readonly depth?: number | undefined
  /** Children smaller than this are summed up instead of listed. Default 0. */
  readonly minBytes?: number | undefined
  /** Children listed for one value, the largest first. Default 20. */
  readonly maxEntries?: number | undefined
  /** As in {@link DeepSizeOptions}. */
  readonly maxObjects?: number | undefined
  readonly deadlineMs?: number | undefined
  readonly followClosures?: boolean | undefined
}

interface TreeOptions extends WalkLimits {
  readonly depth: number
  readonly minBytes: number
  readonly maxEntries: number
}

/** The most children of one value, and the most values in all. The rest is in the holder's `elsewhereBytes`. */
const mostCandidates = 10_000
const mostValues = 200_000

/** NodeField of native/convert/heap.cc. */
const nodePlace = { heapBytes: 0, externalBytes: 1, objects: 2, self: 3, seen: 4, length: 5 } as const

const ends = [undefined, 'maxObjects', 'deadlineMs'] as const

/** The values of the tree as parallel lists, holders before what they hold. The addon takes them all in one call. */
interface Listing {
  readonly values: unknown[]
  readonly names: string[]
  readonly holders: number[]
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}

/** Goes level by level, so that an object with several holders belongs to the one nearest to the root. */
function listValues(root: unknown, depth: number): Listing {
  // The addon reads the array's slots. Without the leading null V8 might store bare numbers there.
  const listing: Listing = { values: [null, root], names: ['', ''], holders: [-1, 0] }
  const opened = new Set<object>()
  let levelStart = 1
  for (let level = 0; level < depth && levelStart < listing.values.length; level++) {
    const levelEnd = listing.values.length
    for (let holder = levelStart; holder < levelEnd; holder++) addChildren(listing, holder, opened)
    levelStart = levelEnd
  }
  return listing
}

function addChildren({ values, names, holders }: Listing, holder: number, opened: Set<object>): void {
  const value = values[holder]
  if (!isObject(value) || opened.has(value)) return
  opened.add(value)
  const most = Math.min(mostCandidates, mostValues - values.length)
  for (const child of listOwnChildren(value, most)) {
    // Reading a number may make a new object for it, which isn't part of what is measured.
    if (typeof child.value === 'number') continue
    values.push(child.value)
    names.push(child.name)
    holders.push(holder)
  }
}

interface Measured {
  readonly figures: Float64Array
  readonly truncatedBy: SizeTree['truncatedBy']
}

function measure(values: readonly unknown[], limits: WalkLimits): Measured {
  const { native } = requireHeapLayout()
  const figures = new Float64Array(values.length * nodePlace.length)
  const answer = native.walkTree(values, figures, limits.maxObjects, limits.deadlineMs, limits.followClosures)
  if (isFailure(answer)) throw toError(answer)
  return { figures, truncatedBy: ends[answer] }
}

/** Builds the nodes from the last to the first: children before their holders. */
class TreeBuilder {
  readonly #children: SizeTreeNode[][]

  constructor(
    private readonly listing: Listing,
    private readonly figures: Float64Array,
    private readonly options: TreeOptions,
  ) {
    this.#children = listing.values.map(() => [])
  }

  build(): SizeTreeNode {
    for (let index = this.listing.values.length - 1; index > 1; index--) {
      this.#children[this.listing.holders[index] as number]?.push(this.#node(index))
    }
    return this.#node(1)
  }

  #node(index: number): SizeTreeNode {
    const size = sizeOf(this.listing.values[index])
    const all = (this.#children[index] ?? []).sort((a, b) => b.deepBytes - a.deepBytes)
    const isShown = ({ deepBytes }: SizeTreeNode, rank: number): boolean =>
      rank < this.options.maxEntries && deepBytes >= this.options.minBytes
    const children = all.filter(isShown)
    const rest = all.filter((child, rank) => !isShown(child, rank))
    const heapBytes = this.#figure(index, nodePlace.heapBytes)
    const externalBytes = this.#figure(index, nodePlace.externalBytes)
    const seen = this.#figure(index, nodePlace.seen) === 1
    const reachedBytes = heapBytes + externalBytes
    const ownBytes = seen || reachedBytes === 0 ? 0 : Math.min(size.totalBytes, reachedBytes)
    return {
      name: this.listing.names[index] as string,
      kind: size.kind,
      representation: size.representation,
      selfBytes: size.selfBytes,
      ownBytes,
      deepBytes: reachedBytes + sum(all, 'deepBytes'),
      externalBytes: externalBytes + sum(all, 'externalBytes'),
      elsewhereBytes: reachedBytes - ownBytes,
      seen,
      children,
      omitted: { entries: rest.length, bytes: sum(rest, 'deepBytes') },
    }
  }

  #figure(index: number, offset: number): number {
    return this.figures[index * nodePlace.length + offset] as number
  }
}

function sum(nodes: readonly SizeTreeNode[], member: 'deepBytes' | 'externalBytes'): number {
  return nodes.reduce((total, node) => total + node[member], 0)
}

function readTreeOptions(options: SizeTreeOptions | undefined): TreeOptions {
  const given = readOptions(options, ['depth', 'minBytes', 'maxEntries', 'maxObjects', 'deadlineMs', 'followClosures'])
  return {
    ...checkWalkLimits(given),
    depth: checkNumber('options.depth', given.depth, 0, 3),
    minBytes: checkNumber('options.minBytes', given.minBytes, 0, 0),
    maxEntries: checkNumber('options.maxEntries', given.maxEntries, 0, 20),
  }
}

/** Public: described where it is exported, in lib/index.ts. */
export function sizeTree(value: unknown, options?: SizeTreeOptions): SizeTree {
  const start = performance.now()
  const checked = readTreeOptions(options)
  const listing = listValues(value, checked.depth)
  const { figures, truncatedBy } = measure(listing.values, checked)
  const root = new TreeBuilder(listing, figures, checked).build()
  return { root, truncated: truncatedBy !== undefined, truncatedBy, costMicros: (performance.now() - start) * 1000 }
}
