import path from 'node:path'
import v8 from 'node:v8'

import { readContainer } from '../process/index.js'
import { evidenceFiles } from './evidence-folder.js'
import type { StepOutcome } from './guard-messages.js'

/** Writes a snapshot of this thread's heap, if `factor` times what is used fits into the container. Blocks the thread. */
export function writeSnapshot(folder: string, factor: number): StepOutcome {
  const container = readContainer()
  const heapUsedBytes = v8.getHeapStatistics().used_heap_size
  const neededBytes = heapUsedBytes * factor
  const { limitBytes, workingSetBytes } = container.supported ? container : { limitBytes: undefined, workingSetBytes: undefined }
  const headroomBytes = limitBytes === undefined || workingSetBytes === undefined ? 0 : Math.max(0, limitBytes - workingSetBytes)
  const figures = { heapUsedBytes, neededBytes, headroomBytes }
  if (headroomBytes < neededBytes) return { done: false, reason: 'there is less room than a snapshot may need', ...figures }
  v8.writeHeapSnapshot(path.join(folder, evidenceFiles.snapshot))
  return { done: true, ...figures }
}
