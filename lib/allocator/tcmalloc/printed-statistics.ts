import type { TcmallocPageheap, TcmallocSizeClass } from './tcmalloc-stats.js'

const figurePattern = /^MALLOC:\s*[+=]?\s*(\d+)\s+(?:\([^)]*\)\s+)?(.+?)\s*$/gm
const classPattern = /^class\s+(\d+) \[\s*(\d+) bytes \] :\s*(\d+) objs;/gm

/** The lines of `MallocExtension_GetStats` that no numeric property gives. */
export function parsePageheap(text: string): TcmallocPageheap {
  const figures = new Map<string, number>()
  for (const [, figure, label] of text.matchAll(figurePattern)) figures.set(label as string, Number(figure))
  return {
    metadataBytes: figures.get('Bytes in malloc metadata'),
    spans: figures.get('Spans in use'),
    threadHeaps: figures.get('Thread heaps in use'),
    pageBytes: figures.get('Tcmalloc page size'),
  }
}

/** The size classes that have free objects in a cache. */
export function parseSizeClasses(text: string): readonly TcmallocSizeClass[] {
  return [...text.matchAll(classPattern)].map(([, index, size, objects]) => {
    const sizeBytes = Number(size)
    const freeObjects = Number(objects)
    return { index: Number(index), sizeBytes, freeObjects, freeBytes: sizeBytes * freeObjects }
  })
}
