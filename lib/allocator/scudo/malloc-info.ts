import type { ScudoSize } from './scudo-stats.js'

const blocksPattern = /<alloc size="(\d+)" count="(\d+)"\/>/g

/** The sizes in the text of scudo's `malloc_info`. */
export function parseSizes(text: string): readonly ScudoSize[] {
  return [...text.matchAll(blocksPattern)].map(([, size, count]) => ({ sizeBytes: Number(size), blocks: Number(count) }))
}
