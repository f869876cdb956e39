import type { SizeTree, SizeTreeNode } from '../heap/index.js'
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

function remarksOf(node: SizeTreeNode): readonly { readonly remark: string; readonly bytes: number }[] {
  const { omitted, elsewhereBytes } = node
  const remarks = []
  if (omitted.entries > 0) remarks.push({ remark: `… ${formatCount(omitted.entries)} more`, bytes: omitted.bytes })
  if (elsewhereBytes > 0) remarks.push({ remark: '… not shown: deeper, numbers, parts', bytes: elsewhereBytes })
  return remarks
}

/** Wider guides are cut on the left: otherwise a deep tree would be as wide as it is long. */
const widestGuides = 120

function extendGuides(guides: string, last: boolean): string {
  const extended = `${guides}${last ? '   ' : '│  '}`
  return extended.length > widestGuides ? `…  ${extended.slice(6)}` : extended
}

/** The children of an item and its remarks, in their order. */
function itemsBelow({ node, guides, last }: Item): Item[] {
  if (node === undefined) return []
  const inner = last === undefined ? guides : extendGuides(guides, last)
  const items: Omit<Item, 'last'>[] = [
    ...node.children.map((child) => ({ node: child, remark: '', bytes: child.deepBytes, guides: inner })),
    ...remarksOf(node).map(({ remark, bytes }) => ({ node: undefined, remark, bytes, guides: inner })),
  ]
  return items.map((item, index) => ({ ...item, last: index === items.length - 1 }))
}

function lineOf({ node, remark, bytes, guides, last }: Item): Line {
  const branch = last === undefined ? '' : last ? '└─ ' : '├─ '
  return { bytes: formatCount(bytes), text: `${guides}${branch}${node === undefined ? remark : describe(node)}` }
}

/** Public: described where it is exported, in lib/index.ts. */
export function formatSizeTree(tree: SizeTree): string {
  const lines: Line[] = []
  // A stack instead of recursion: a tree may be deeper than the call stack allows.
  const pending: Item[] = [{ node: tree.root, remark: '', bytes: tree.root.deepBytes, guides: '', last: undefined }]
  for (let item = pending.pop(); item !== undefined; item = pending.pop()) {
    lines.push(lineOf(item))
    for (const below of itemsBelow(item).reverse()) pending.push(below)
  }
  const width = lines.reduce((widest, { bytes }) => Math.max(widest, bytes.length), 'bytes'.length)
  const body = [{ bytes: 'bytes', text: '' }, ...lines].map(({ bytes, text }) => `${bytes.padStart(width)}  ${text}`.trimEnd())
  const note = tree.truncatedBy === undefined ? [] : [`Ended by ${tree.truncatedBy}: sizes are lower bounds.`]
  return `${[...body, ...note].join('\n')}\n`
}
