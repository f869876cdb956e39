import v8 from 'node:v8'

/**
 * Has V8 free the memory of array buffers within collections, on the thread that collects, for as long as the process lives. Otherwise another
 * thread frees it some time later, in the middle of what then allocates, and external bytes that come and go between two looks aren't seen.
 */
export function sweepArrayBuffersInCollections(): void {
  v8.setFlagsFromString('--no-concurrent-array-buffer-sweeping')
}
