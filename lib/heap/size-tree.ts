import { isFailure, toError } from '../binding/index.js'
import { checkBoolean, checkNumber, readOptions } from '../errors/index.js'
import { checkWalkLimits } from './deep-size.js'
import type { WalkLimits } from './deep-size.js'
import type { Representation, ValueKind } from './heap-kinds.js'
import { requireHeapLayout } from './heap-layout.js'
import { listOwnChildren, writeName } from './own-children.js'
import type { OwnName } from './own-children.js'
import { sizeOf } from './size-of.js'
import { measureNumbers } from './tree-numbers.js'
import type { ListedNumber } from './tree-numbers.js'

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
  /** The part of `deepBytes` that no child shows: deeper levels, numbers, map keys, a Proxy's target, a bound function's parts, what is `unlisted`. */
  readonly elsewhereBytes: number
  /**
   * Whether it holds more than the tree looked at: 10,000 values of one holder, 200,000 in all, and of an object with properties of over 4 MiB or
   * elements of over 1 MiB only elements. The rest is part of `elsewhereBytes`.
   */
  readonly unlisted: boolean
  /** Whether the object is counted at another place of the tree. Its `deepBytes` is 0 here. */
  readonly seen: boolean
  /** The largest first; with {@link SizeTreeOptions.every} in the value's own order. */
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
  /**
   * Whether every value is listed, in its holder's own order and numbers included: `depth` and `maxEntries` are then without a limit unless given. What
   * isn't listed even so is {@link SizeTreeNode.unlisted}. Default false.
   */
  readonly every?: boolean | undefined
  /** As in {@link DeepSizeOptions}. */
  readonly maxObjects?: number | undefined
  readonly deadlineMs?: number | undefined
  readonly followClosures?: boolean | undefined
}

interface TreeOptions extends WalkLimits {
  readonly depth: number
  readonly minBytes: number
  readonly maxEntries: number
  readonly every: boolean
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
  readonly names: OwnName[]
  readonly holders: number[]
  /** Those of which not all that they hold was listed. */
  readonly unlisted: Set<number>
  /** By holder. Empty unless every value is listed. */
  readonly numbers: Map<number, ListedNumber[]>
  numberCount: number
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}

/** Goes level by level, so that an object with several holders belongs to the one nearest to the root. */
function listValues(root: unknown, { depth, every }: Pick<TreeOptions, 'depth' | 'every'>, end: number): Listing {
  // The addon reads the array's slots. Without the leading null V8 might store bare numbers there.
  const listing: Listing = {
    values: [null, root],
    names: ['', ''],
    holders: [-1, 0],
    unlisted: new Set(),
    numbers: new Map(),
    numberCount: 0,
  }
  const opened = new Set<object>()
  let levelStart = 1
  for (let level = 0; level < depth && levelStart < listing.values.length; level++) {
    const levelEnd = listing.values.length
    for (let holder = levelStart; holder < levelEnd && performance.now() < end; holder++) addChildren(listing, holder, opened, every)
    levelStart = levelEnd
  }
  return listing
}

function addChildren(listing: Listing, holder: number, opened: Set<object>, every: boolean): void {
  const { values, names, holders, unlisted } = listing
  const value = values[holder]
  if (!isObject(value) || opened.has(value)) return
  opened.add(value)
  const most = Math.min(mostCandidates, mostValues - values.length - listing.numberCount)
  const { children, more } = listOwnChildren(value, most)
  if (more) unlisted.add(holder)
  for (const child of children) {
    // Reading a number may make a new object for it, which isn't part of what is measured.
    if (typeof child.value === 'number') {
      if (every) listNumber(listing, holder, { name: child.name, value: child.value, before: values.length })
      continue
    }
    values.push(child.value)
    names.push(child.name)
    holders.push(holder)
  }
}

function listNumber(listing: Listing, holder: number, one: ListedNumber): void {
  listing.numberCount += 1
  const listed = listing.numbers.get(holder)
  if (listed === undefined) listing.numbers.set(holder, [one])
  else listed.push(one)
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
  /** Where each of {@link TreeBuilder.#children} stands in the listing. */
  readonly #places: number[][]

  constructor(
    private readonly listing: Listing,
    private readonly figures: Float64Array,
    private readonly options: TreeOptions,
  ) {
    this.#children = listing.values.map(() => [])
    this.#places = listing.values.map(() => [])
  }

  build(): SizeTreeNode {
    for (let index = this.listing.values.length - 1; index > 1; index--) {
      const holder = this.listing.holders[index] as number
      this.#children[holder]?.push(this.#node(index))
      this.#places[holder]?.push(index)
    }
    return this.#node(1)
  }

  #node(index: number): SizeTreeNode {
    const size = sizeOf(this.listing.values[index])
    const heapBytes = this.#figure(index, nodePlace.heapBytes)
    const externalBytes = this.#figure(index, nodePlace.externalBytes)
    const seen = this.#figure(index, nodePlace.seen) === 1
    const reachedBytes = heapBytes + externalBytes
    const ownBytes = seen || reachedBytes === 0 ? 0 : Math.min(size.totalBytes, reachedBytes)
    const { representation } = size
    const numbers = measureNumbers(this.listing.numbers.get(index) ?? [], { representation, elsewhereBytes: reachedBytes - ownBytes })
    const all = this.#ordered(index, numbers)
    const isShown = ({ deepBytes }: SizeTreeNode, rank: number): boolean =>
      rank < this.options.maxEntries && deepBytes >= this.options.minBytes
    const children = all.filter(isShown)
    const rest = all.filter((child, rank) => !isShown(child, rank))
    const numberBytes = sum(numbers, 'deepBytes')
    return {
      name: writeName(this.listing.names[index] as OwnName),
      kind: size.kind,
      representation,
      selfBytes: size.selfBytes,
      ownBytes,
      deepBytes: reachedBytes - numberBytes + sum(all, 'deepBytes'),
      externalBytes: externalBytes + sum(all, 'externalBytes'),
      elsewhereBytes: reachedBytes - ownBytes - numberBytes,
      unlisted: this.listing.unlisted.has(index),
      seen,
      children,
      omitted: { entries: rest.length, bytes: sum(rest, 'deepBytes') },
    }
  }

  /** What a value holds, in the order in which it is shown. */
  #ordered(index: number, numbers: readonly SizeTreeNode[]): SizeTreeNode[] {
    // They came from the last to the first. Of equal size, the first shall stand before the others.
    const walked = (this.#children[index] ?? []).reverse()
    if (!this.options.every) return walked.sort((a, b) => b.deepBytes - a.deepBytes)
    const places = (this.#places[index] ?? []).reverse()
    const listed = this.listing.numbers.get(index) ?? []
    const all: SizeTreeNode[] = []
    let next = 0
    for (const [rank, node] of walked.entries()) {
      while (next < listed.length && (listed[next] as ListedNumber).before <= (places[rank] as number))
        all.push(numbers[next++] as SizeTreeNode)
      all.push(node)
    }
    return [...all, ...numbers.slice(next)]
  }

  #figure(index: number, offset: number): number {
    return this.figures[index * nodePlace.length + offset] as number
  }
}

function sum(nodes: readonly SizeTreeNode[], member: 'deepBytes' | 'externalBytes'): number {
  return nodes.reduce((total, node) => total + node[member], 0)
}

function readTreeOptions(options: SizeTreeOptions | undefined): TreeOptions {
  const given = readOptions(options, ['depth', 'minBytes', 'maxEntries', 'every', 'maxObjects', 'deadlineMs', 'followClosures'])
  const every = checkBoolean('options.every', given.every, false)
  return {
    ...checkWalkLimits(given),
    every,
    depth: checkNumber('options.depth', given.depth, 0, every ? Infinity : 3),
    minBytes: checkNumber('options.minBytes', given.minBytes, 0, 0),
    maxEntries: checkNumber('options.maxEntries', given.maxEntries, 0, every ? Infinity : 20),
  }
}

/** Public: described where it is exported, in lib/index.ts. */
export function sizeTree(value: unknown, options?: SizeTreeOptions): SizeTree {
  const start = performance.now()
  const checked = readTreeOptions(options)
  requireHeapLayout()
  const listing = listValues(value, checked, start + checked.deadlineMs)
  const { figures, truncatedBy } = measure(listing.values, checked)
  const root = new TreeBuilder(listing, figures, checked).build()
  return { root, truncated: truncatedBy !== undefined, truncatedBy, costMicros: (performance.now() - start) * 1000 }
}
