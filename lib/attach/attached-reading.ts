import { readAllocatorElsewhere } from '../allocator/index.js'
import type { AllocatorDetail } from '../allocator/index.js'
import { heapStatsOf } from '../heap/heap-stats.js'
import type { HeapStats, HeapWords } from '../heap/heap-stats.js'
import { readProcessMemoryOf } from '../process/memory-of-process.js'
import type { MemoryReading } from '../reading/index.js'
import type { AttachedProcess } from './attached-process.js'

/** V8's heap of another process's main thread. */
export type AttachedHeap = Omit<HeapStats, 'arrayBufferBytes' | 'source'> & {
  /** Undefined where JavaScript was interrupted: only node counts them, and only JavaScript can ask it. */
  readonly arrayBufferBytes: number | undefined
  /** By a script in the event loop, or in the midst of JavaScript that has kept it. */
  readonly source: 'node:v8' | 'v8::Isolate::RequestInterrupt'
}

/** One look at another process. V8's figures are its main thread's. */
export type AttachedReading = Omit<MemoryReading, 'heap'> & {
  readonly heap: AttachedHeap | undefined
  /** Why there is no `heap`. */
  readonly heapReason: string | undefined
}

/** How long V8's figures are waited for: long enough for a garbage collection. */
const heapPatienceMs = 250

/** V8's words, without a module of ours. Before Node 20.16 there is no getBuiltinModule; there a CommonJS program has its main module. */
const heapScript = `(() => {
  const load = process.getBuiltinModule ?? process.mainModule?.require.bind(process.mainModule)
  const v8 = load('node:v8')
  const arrayBufferBytes = process.memoryUsage().arrayBuffers
  return JSON.stringify({ heap: v8.getHeapStatistics(), spaces: v8.getHeapSpaceStatistics(), arrayBufferBytes, node: process.version })
})()`

type HeapAnswer = HeapWords & { readonly node: string }

function isHeapAnswer(value: unknown): value is HeapAnswer {
  return typeof value === 'object' && value !== null && 'heap' in value && 'spaces' in value && Array.isArray(value.spaces)
}

async function readHeap(attached: AttachedProcess): Promise<Pick<AttachedReading, 'heap' | 'heapReason'>> {
  const start = performance.now()
  const costMicros = (): number => (performance.now() - start) * 1000
  const evaluated = await attached.evaluateOrInterrupt(heapScript, heapPatienceMs)
  if ('reason' in evaluated) return { heap: undefined, heapReason: evaluated.reason }
  if ('heap' in evaluated) {
    const figures = heapStatsOf({ ...evaluated, arrayBufferBytes: Number.NaN }, costMicros)
    return { heap: { ...figures, arrayBufferBytes: undefined, source: 'v8::Isolate::RequestInterrupt' }, heapReason: undefined }
  }
  const answer: unknown = JSON.parse(evaluated.value)
  if (!isHeapAnswer(answer)) return { heap: undefined, heapReason: 'the program answered with something else' }
  return { heap: heapStatsOf(answer, costMicros), heapReason: undefined }
}

/**
 * Reads the allocator, the kernel's figures and V8's heap of another process. The allocator is read by a thread of that process which waits for work, whatever its
 * event loop does.
 */
export async function readAttached(attached: AttachedProcess, detail: AllocatorDetail): Promise<AttachedReading> {
  const { pid } = attached
  const readProcess = (): ReturnType<typeof readProcessMemoryOf> => readProcessMemoryOf(pid)
  const allocator = readAllocatorElsewhere({ calls: attached.allocatorCalls(), procFolder: `/proc/${pid}`, readProcess }, detail)
  return { allocator, process: readProcess(), ...(await readHeap(attached)) }
}
