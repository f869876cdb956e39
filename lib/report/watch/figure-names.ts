import type { WatchedFigure } from '../../watch/index.js'
import { heapEngine } from '../section.js'

const names: Readonly<Record<Exclude<WatchedFigure['subject'], 'arena'>, string>> = {
  rss: 'RSS',
  mapped: 'mapped',
  allocated: 'in use',
  free: 'free, kept',
  mmapped: 'mmapped',
  'heap.used': `${heapEngine} used`,
  'heap.committed': `${heapEngine} committed`,
  external: 'external',
  arrayBuffers: 'array buffers',
}

/** `main arena`, `arena 3`. */
export function arenaName(arena: number | undefined): string {
  return arena === 0 ? 'main arena' : `arena ${arena ?? '?'}`
}

/** The name that a reader sees, of a figure or of an event's subject. */
export function figureName({ subject, arena }: Pick<WatchedFigure, 'subject' | 'arena'>): string {
  return subject === 'arena' ? arenaName(arena) : names[subject]
}

/** The arenas' figures, the largest first, and all other figures in their order. */
export function splitArenas<Figure extends WatchedFigure>(
  figures: readonly Figure[],
): { readonly arenas: readonly Figure[]; readonly others: readonly Figure[] } {
  const arenas = figures.filter(({ subject }) => subject === 'arena').sort((a, b) => b.bytes - a.bytes || (a.arena ?? 0) - (b.arena ?? 0))
  const order = Object.keys(names)
  const others = figures.filter(({ subject }) => subject !== 'arena').sort((a, b) => order.indexOf(a.subject) - order.indexOf(b.subject))
  return { arenas, others }
}
