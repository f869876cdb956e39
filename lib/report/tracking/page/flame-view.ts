import { formatShare } from '../../../figures/index.js'
import { make } from '../../line-profile/page/elements.js'
import type { PageFrame } from '../page-data.js'
import type { CallNode } from './call-tree.js'
import type { Measure } from './measures.js'

const rowHeight = 20

/** Narrower cells, as a share of the graph, can't be seen. */
const leastShare = 0.0005

/** What a graph needs to know of the page. */
export interface FlameContext {
  readonly frames: readonly PageFrame[]
  readonly measure: Measure
  /** Of all stacks: shares are of it. */
  readonly total: number
  readonly isHit: (frame: number) => boolean
  readonly describe: (text: string) => void
  /** The functions from the root to the one that is zoomed to at first, as far as the tree has them. */
  readonly zoom: readonly number[]
  readonly onZoom: (path: readonly number[]) => void
}

/** The nodes from the root to `node`, without `node`. */
function ancestorsOf(node: CallNode): readonly CallNode[] {
  return node.parent === undefined ? [] : [...ancestorsOf(node.parent), node.parent]
}

/** The node at the end of a path from `node`, or the last of the path that is there. */
function nodeAt(node: CallNode, [frame, ...rest]: readonly number[]): CallNode {
  const child = node.children.find((one) => one.frame === frame)
  return child === undefined ? node : nodeAt(child, rest)
}

/** A flame graph. Its root is above, unless `isUpward`. A click zooms to a function; the arrows of the keyboard walk the tree. */
export class FlameView {
  readonly element = make('div', 'flame')
  readonly #cells = new Map<CallNode, HTMLElement>()

  constructor(
    private readonly root: CallNode,
    private readonly context: FlameContext,
    private readonly isUpward = false,
  ) {
    this.element.setAttribute('role', 'tree')
    this.element.addEventListener('keydown', (event) => {
      this.#walk(event)
    })
    this.#draw(nodeAt(root, context.zoom))
  }

  zoomTo(node: CallNode): void {
    this.#draw(node)
    this.context.onZoom([...ancestorsOf(node), node].flatMap(({ frame }) => frame ?? []))
  }

  #draw(node: CallNode): void {
    this.#cells.clear()
    for (const above of ancestorsOf(node)) this.#addCell(above, 0, 1, 'above')
    this.#addTree(node, 0, 1)
    const rows = Math.max(0, ...[...this.#cells.keys()].map(({ depth }) => depth)) + 1
    for (const [{ depth }, cell] of this.#cells) cell.style.top = `${(this.isUpward ? rows - 1 - depth : depth) * rowHeight}px`
    this.element.style.height = `${rows * rowHeight}px`
    const cells = [...this.#cells.values()]
    if (node.total > 0) this.element.replaceChildren(...cells)
    else this.element.replaceChildren(make('p', 'empty', `No ${this.context.measure.name} here.`))
    this.#cells.get(node)?.setAttribute('tabindex', '0')
  }

  /** A cell and those of its children. A stack has some 50 frames at most. */
  #addTree(node: CallNode, left: number, width: number): void {
    if (width < leastShare) return
    this.#addCell(node, left, width, '')
    let at = left
    for (const child of node.children) {
      const part = (child.total / node.total) * width
      this.#addTree(child, at, part)
      at += part
    }
  }

  #addCell(node: CallNode, left: number, width: number, state: string): void {
    const { frames, isHit } = this.context
    const frame = node.frame === undefined ? undefined : frames[node.frame]
    const kind = frame === undefined ? 'whole' : frame.isNative ? 'native' : 'script'
    const isFound = node.frame !== undefined && isHit(node.frame)
    const cell = make('button', ['cell', kind, state, isFound ? 'hit' : ''].filter((name) => name !== '').join(' '), this.#nameOf(node))
    cell.setAttribute('type', 'button')
    cell.setAttribute('role', 'treeitem')
    cell.setAttribute('tabindex', '-1')
    const words = this.#describe(node)
    cell.setAttribute('aria-label', words)
    cell.style.left = `${left * 100}%`
    cell.style.width = `max(1px, calc(${width * 100}% - 1px))`
    for (const event of ['mouseenter', 'focus']) {
      cell.addEventListener(event, () => {
        this.context.describe(words)
      })
    }
    cell.addEventListener('click', () => {
      this.zoomTo(node)
      this.#cells.get(node)?.focus()
    })
    this.#cells.set(node, cell)
  }

  #nameOf({ frame }: CallNode): string {
    return frame === undefined ? 'all' : (this.context.frames[frame]?.name ?? '')
  }

  #describe(node: CallNode): string {
    const { frames, measure, total } = this.context
    const error = Math.sqrt(node.squaredError)
    const figures = `${measure.format(node.total)}${error === 0 ? '' : ` ±${measure.format(error)}`}, ${formatShare(node.total / total)} of all`
    const place = node.frame === undefined ? '' : frames[node.frame]?.place
    return `${this.#nameOf(node)}: ${figures}${place === undefined || place === '' ? '' : `\n${place}`}`
  }

  #walk(event: KeyboardEvent): void {
    const current = [...this.#cells].find(([, cell]) => cell === document.activeElement)?.[0]
    if (current === undefined) return
    const siblings = (current.parent?.children ?? []).filter((node) => this.#cells.has(node))
    const beside = (step: number): CallNode | undefined => siblings[siblings.indexOf(current) + step]
    const [outward, inward] = [current.parent, current.children[0]]
    const target = {
      ArrowUp: this.isUpward ? inward : outward,
      ArrowDown: this.isUpward ? outward : inward,
      ArrowLeft: beside(-1),
      ArrowRight: beside(1),
    }[event.key]
    if (event.key === 'Escape') this.zoomTo(this.root)
    const cell = this.#cells.get(event.key === 'Escape' ? this.root : (target ?? current))
    if (target === undefined && event.key !== 'Escape') return
    event.preventDefault()
    cell?.focus()
  }
}
