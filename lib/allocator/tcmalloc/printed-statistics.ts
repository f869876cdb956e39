import type { TcmallocPageheap, TcmallocSizeClass } from './tcmalloc-stats.js'

/** No two parts of it can match the same spaces: else it would try every way to share them. */
const figurePattern = /^MALLOC: *(?:[+=] *)?(\d+) +(?:\([^)]*\) +)?([^ (].*)$/
const classPattern = /^class\s+(\d+) \[\s*(\d+) bytes \] :\s*(\d+) objs;/gm

/** The lines of `MallocExtension_GetStats` that no numeric property gives. */
export function parsePageheap(text: string): TcmallocPageheap {
  const figures = new Map<string, number>()
  for (const line of text.split('\n')) {
    const [, figure, label] = figurePattern.exec(line.trimEnd()) ?? []
    if (label !== undefined) figures.set(label, Number(figure))
  }
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
