import type { HeldBytes } from '../release/index.js'
import { formatByteChange } from './byte-format.js'
import { layOutTable } from './table.js'
import { plainStyle } from './text-style.js'

const holders: readonly (readonly [name: string, bytes: (held: HeldBytes) => number | undefined, what: string])[] = [
  ['V8, live', ({ v8LiveBytes }) => v8LiveBytes, 'objects of the JavaScript heap'],
  ['V8, free', ({ v8FreeBytes }) => v8FreeBytes, 'pages of its heap that hold no object'],
  ['external', ({ externalBytes }) => externalBytes, 'array buffers, and what addons declare'],
  ['native', ({ nativeBytes }) => nativeBytes, 'in use by native code'],
  ['releasable', ({ releasableBytes }) => releasableBytes, 'kept free by the allocator; a purge gives it back'],
  ['pinned', ({ pinnedBytes }) => pinnedBytes, 'free on pages with something in use'],
  ['stacks', ({ stackBytes }) => stackBytes, 'of all threads'],
  ['files', ({ fileBytes }) => fileBytes, 'mapped: code that was run for the first time'],
  ['shared memory', ({ sharedMemoryBytes }) => sharedMemoryBytes, 'and tmpfs'],
  ['unexplained', ({ unexplainedBytes }) => unexplainedBytes, 'the rest'],
]

/** Who holds what is resident beyond the baseline: a line for each holder. */
export function renderHeldBytes(held: HeldBytes): string[] {
  const rows = holders.map(([name, bytes, what]) => [name, formatByteChange(bytes(held)), what])
  return layOutTable([{}, { align: 'right' }, {}], rows, plainStyle)
}
