import { proveHeapLayout } from './heap-layout.js'

/** Whether object sizes are known in this process. */
export type ObjectSizesCapability =
  | {
      readonly supported: true
      /** How many offsets, masks and types of V8 were compared with objects of known contents. */
      readonly provedConstants: number
      /** How long the proof took, microseconds. */
      readonly proofMicros: number
    }
  | {
      readonly supported: false
      /** Why not: pointer compression, another V8, another engine, no addon. */
      readonly reason: string
      /** The offset, mask or type that failed; undefined when another reason came first. */
      readonly constant: string | undefined
    }

export function getObjectSizesCapability(): ObjectSizesCapability {
  const proof = proveHeapLayout()
  if ('refusal' in proof) return { supported: false, ...proof.refusal }
  return { supported: true, provedConstants: proof.layout.constants, proofMicros: proof.layout.proofMicros }
}
