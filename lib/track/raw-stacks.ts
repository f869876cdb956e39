/** A stack as native code recorded it. */
export interface RawStack {
  readonly isolate: number
  /** The number of code events at its last block. */
  readonly sequence: number
  /** Estimates of all that was allocated from it, live or not. */
  readonly allocations: number
  readonly allocatedBytes: number
  /** V8's addresses, innermost first. */
  readonly script: readonly number[]
  /** Return addresses of native code, innermost first. */
  readonly native: readonly number[]
}

/** A sampled block that was live at the end. */
export interface RawSample {
  readonly bytes: number
  readonly stack: number
  readonly sequence: number
  readonly tid: number
  /** The last moment before it that was told of, 0 for none: see moments.ts. */
  readonly moment: number
}

/** A range of addresses that was mapped and isn't unmapped. */
export interface RawMapping {
  readonly begin: number
  readonly bytes: number
  /** Undefined where the kernel doesn't tell. */
  readonly residentBytes: number | undefined
  readonly stack: number
  readonly sequence: number
}

/** Numbers of each mapping. */
const mappingColumns = 6

/** Columns before a stack's frames: see `native/tracker/rows.h`. */
const stackColumns = 8
/** Numbers of each sample. */
export const sampleColumns = 5

/** The stacks by their numbers. */
export function readStacks(numbers: Float64Array): ReadonlyMap<number, RawStack> {
  const stacks = new Map<number, RawStack>()
  for (let at = 0; at < numbers.length;) {
    const [number, isolate, , sequence, allocations, allocatedBytes, scriptFrames, nativeFrames] = numbers.subarray(
      at,
      at + stackColumns,
    ) as unknown as [...(readonly [number, number, number, number, number, number, number, number])]
    const firstNative = at + stackColumns + scriptFrames
    at = firstNative + nativeFrames
    const script = [...numbers.subarray(firstNative - scriptFrames, firstNative)]
    stacks.set(number, { isolate, sequence, allocations, allocatedBytes, script, native: [...numbers.subarray(firstNative, at)] })
  }
  return stacks
}

export function readSamples(numbers: Float64Array): readonly RawSample[] {
  return Array.from({ length: numbers.length / sampleColumns }, (_, index) => {
    const [bytes, stack, sequence, tid, moment] = numbers.subarray(index * sampleColumns, (index + 1) * sampleColumns) as unknown as [
      ...(readonly [number, number, number, number, number]),
    ]
    return { bytes, stack, sequence, tid, moment }
  })
}

export function readMappings(numbers: Float64Array): readonly RawMapping[] {
  return Array.from({ length: numbers.length / mappingColumns }, (_, index) => {
    const [begin, bytes, resident, stack, sequence] = numbers.subarray(index * mappingColumns, (index + 1) * mappingColumns) as unknown as [
      ...(readonly [number, number, number, number, number, number]),
    ]
    return { begin, bytes, residentBytes: resident < 0 ? undefined : resident, stack, sequence }
  })
}

/**
 * How likely a block of `bytes` is to be sampled: each of its bytes is hit with a chance of one in `intervalBytes`. 1 at an interval of 1, where every block
 * is.
 */
export function sampleChance(bytes: number, intervalBytes: number): number {
  return intervalBytes <= 1 ? 1 : -Math.expm1(-bytes / intervalBytes)
}
