import v8 from 'node:v8'

/**
 * Makes V8 free the memory of array buffers within collections, on the thread that collects, for the rest of the process's life. Otherwise another
 * thread would free it some time later, while other code allocates. Then external bytes that come and go between two looks would be missed.
 */
export function sweepArrayBuffersInCollections(): void {
  v8.setFlagsFromString('--no-concurrent-array-buffer-sweeping')
}
