import { allocatorExperiment } from './allocator.js'
import { basicObjects } from './basic-objects.js'
import type { Experiment } from './bench.js'
import { deleteAReference } from './delete-a-reference.js'
import { loops } from './loops.js'
import { nodeAdds } from './node-adds.js'
import { serialise } from './serialise.js'

export type { Bench, Experiment } from './bench.js'

/** Every experiment, in the order of the article. */
export const experiments: readonly Experiment[] = [basicObjects, allocatorExperiment, deleteAReference, serialise, loops, nodeAdds]

export const experimentNames: readonly string[] = experiments.map(({ name }) => name)
