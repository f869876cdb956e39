import type { SizeTree, SizeTreeNode } from '../heap/index.js'
import { invalidArgumentType, isOfRevokedProxy, isRevokedProxy } from '../errors/index.js'
import { formatCount } from '../figures/index.js'
import { printable } from './display-width.js'

interface Line {
  readonly bytes: string
  readonly text: string
}

/** Something to print: a node or a closing remark, and the guides to its left. */
interface Item {
  readonly node: SizeTreeNode | undefined
  readonly remark: string
  /** Of the remark. */
  readonly bytes: number
  readonly guides: string
  /** Undefined for the root. */
  readonly last: boolean | undefined
}

const widestName = 60

function describe(node: SizeTreeNode): string {
  const name = printable(node.name).slice(0, widestName)
  const form = node.representation === 'plain' ? node.kind : `${node.kind}, ${node.representation}`
  const external = node.externalBytes > 0 ? `, ${formatCount(node.externalBytes)} off the heap` : ''
  const seen = node.seen ? ' (counted above or beside)' : ''
  return `${name}${name === '' ? '' : '  '}${form}${external}${seen}`
}

/** What a value of this form, or of this kind, refers to without showing it. */
const hiddenParts: Readonly<Partial<Record<SizeTreeNode['representation'] | SizeTreeNode['kind'], string>>> = {
  sliced: 'the string that it is a slice of',
  cons: 'the strings that it joins',
  thin: 'the string that it stands for',
  'copy-on-write': 'its elements, shared with the literal until written to',
  'part of an ArrayBuffer': 'the ArrayBuffer that it is a part of',
  Proxy: 'its target and handler',
  Promise: 'its result, or what waits for it',
  generator: 'its variables',
  RegExp: 'its source',
  symbol: 'its description',
}

function describeElsewhere({ kind, representation, unlisted }: SizeTreeNode, every: boolean): string {
  const parts = hiddenParts[representation] ?? hiddenParts[kind]
  if (parts !== undefined && (every || representation !== 'copy-on-write')) return parts
  if (every) return unlisted ? '… not listed: more than 10,000 values of one holder, or 200,000 in all' : '… parts that no value shows'
  return `… not shown: ${unlisted ? 'too many to list, ' : ''}deeper, numbers, parts`
}

function remarksOf(node: SizeTreeNode, every: boolean): readonly { readonly remark: string; readonly bytes: number }[] {
  const { omitted, elsewhereBytes } = node
  const remarks = []
  if (omitted.entries > 0) remarks.push({ remark: `… ${formatCount(omitted.entries)} more`, bytes: omitted.bytes })
  if (elsewhereBytes > 0) remarks.push({ remark: describeElsewhere(node, every), bytes: elsewhereBytes })
  return remarks
}

/** Wider guides are cut on the left: otherwise a deep tree would be as wide as it is long. */
const widestGuides = 120

function extendGuides(guides: string, last: boolean): string {
  const extended = `${guides}${last ? '   ' : '│  '}`
  return extended.length > widestGuides ? `…  ${extended.slice(6)}` : extended
}

/** The children of an item and its remarks, in their order. */
function itemsBelow({ node, guides, last }: Item, every: boolean): Item[] {
  if (node === undefined) return []
  const inner = last === undefined ? guides : extendGuides(guides, last)
  const items: Omit<Item, 'last'>[] = [
    ...node.children.map((child) => ({ node: child, remark: '', bytes: 0, guides: inner })),
    ...remarksOf(node, every).map(({ remark, bytes }) => ({ node: undefined, remark, bytes, guides: inner })),
  ]
  return items.map((item, index) => ({ ...item, last: index === items.length - 1 }))
}

function lineOf({ node, remark, bytes, guides, last }: Item, every: boolean): Line {
  const branch = last === undefined ? '' : last ? '└─ ' : '├─ '
  const shown = every ? node?.ownBytes : node?.deepBytes
  return { bytes: formatCount(shown ?? bytes), text: `${guides}${branch}${node === undefined ? remark : describe(node)}` }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !isRevokedProxy(value)
}

/** More than sizeTree looks at in all. An array may be 2^32 - 1 long without holding anything: to go through it would take minutes. */
const mostChildren = 200_000

function isList(value: unknown): boolean {
  return !isRevokedProxy(value) && Array.isArray(value) && value.length <= mostChildren
}

function isNode(value: unknown): value is SizeTreeNode {
  if (!isRecord(value) || !isRecord(value['omitted'])) return false
  const texts = [value['name'], value['kind'], value['representation']]
  const numbers = [
    value['deepBytes'],
    value['externalBytes'],
    value['elsewhereBytes'],
    value['omitted']['entries'],
    value['omitted']['bytes'],
  ]
  return texts.every((text) => typeof text === 'string') && numbers.every(Number.isFinite) && isList(value['children'])
}

function noTree(given: unknown): TypeError {
  return invalidArgumentType('tree', 'a SizeTree, as sizeTree() returns it', given)
}

/** Refuses what isn't a tree, one that leads back to itself included: it would never end. */
class NodeCheck {
  readonly #met = new Set<unknown>()

  constructor(private readonly tree: unknown) {}

  check(node: unknown): SizeTreeNode {
    if (!isNode(node) || this.#met.has(node)) throw noTree(this.tree)
    this.#met.add(node)
    return node
  }
}

/** Public: described where it is exported, in lib/index.ts. */
export function formatSizeTree(tree: SizeTree): string {
  try {
    return format(tree, false)
  } catch (error) {
    throw isOfRevokedProxy(error) ? noTree(tree) : error
  }
}

/** A tree of every value. Each line has the bytes of its value alone, and the last one their sum: the lines add up. */
export function formatEverySize(tree: SizeTree): string {
  return format(tree, true)
}

function format(tree: SizeTree, every: boolean): string {
  const nodes = new NodeCheck(tree)
  const lines: Line[] = []
  // A stack instead of recursion: a tree may be deeper than the call stack allows.
  const pending: Item[] = [{ node: nodes.check(isRecord(tree) ? tree.root : undefined), remark: '', bytes: 0, guides: '', last: undefined }]
  for (let item = pending.pop(); item !== undefined; item = pending.pop()) {
    lines.push(lineOf(item, every))
    const below = itemsBelow(item, every).reverse()
    for (const { node } of below) if (node !== undefined) nodes.check(node)
    for (const next of below) pending.push(next)
  }
  if (every) lines.push({ bytes: formatCount(tree.root.deepBytes), text: 'total' })
  const width = lines.reduce((widest, { bytes }) => Math.max(widest, bytes.length), 'bytes'.length)
  const body = [{ bytes: 'bytes', text: '' }, ...lines].map(({ bytes, text }) => `${bytes.padStart(width)}  ${text}`.trimEnd())
  const note = tree.truncatedBy === undefined ? [] : [`Ended by ${tree.truncatedBy}: sizes are lower bounds.`]
  return `${[...body, ...note].join('\n')}\n`
}
