import type { NativeTracker } from '../binding/index.js'
import { nameOfAdded } from './code-log.js'
import { parseCodeName } from './code-name.js'
import type { NamedCode } from './code-name.js'
import { readSamples, readStacks } from './raw-stacks.js'

/** No other block of this thread has this size. */
const knownBytes = 1_048_583

interface KnownBlock {
  readonly buffer: ArrayBuffer
  /** V8's own trace from the line of the allocation. */
  readonly trace: string
}

function allocateKnownBlock(): KnownBlock {
  return { buffer: new ArrayBuffer(knownBytes), trace: new Error().stack ?? '' }
}

/** What V8's trace says of the innermost frame: `    at allocateKnownBlock (/…/known-allocation.js:24:63)`. */
function innermostPlace(trace: string): { readonly functionName: string; readonly line: number } | undefined {
  const [, functionName, line] = /^\s+at (\S+) .*?:(\d+):\d+\)?$/m.exec(trace) ?? []
  return functionName === undefined ? undefined : { functionName, line: Number(line) }
}

/**
 * Proves a session that has just begun: a block that is allocated on a known line must be sampled, with that function as its innermost of JavaScript, and
 * its free must be seen. Says what doesn't hold; undefined when all does.
 */
export function findUnproved(tracker: NativeTracker): string | undefined {
  tracker.awaitBlock(knownBytes)
  const { buffer, trace } = allocateKnownBlock()
  if (!tracker.isSampled(buffer)) return "a block that JavaScript allocated wasn't seen"
  const wrong = findWrongFrames(tracker, trace)
  return wrong ?? (tracker.detach(buffer) ? undefined : "the free of a block wasn't seen")
}

function findWrongFrames(tracker: NativeTracker, trace: string): string | undefined {
  const { samples, stacks, code } = tracker.read()
  const sample = readSamples(samples).find(({ bytes }) => bytes === knownBytes)
  const stack = sample && readStacks(stacks).get(sample.stack)
  if (sample === undefined || stack === undefined) return 'a sampled block has no stack'
  if (stack.native.length === 0) return 'no native frame was found by frame pointers'
  const named = firstNamed(stack.script, (address) => nameOfAdded(code, stack.isolate, address))
  const known = innermostPlace(trace)
  const isRight = named !== undefined && named.functionName === known?.functionName && named.line <= known.line
  return isRight ? undefined : "V8's frames don't name the function that allocated"
}

/** The innermost frame of JavaScript: builtins stand before it. */
function firstNamed(addresses: readonly number[], nameAt: (address: number) => string | undefined): NamedCode | undefined {
  for (const address of addresses) {
    const named = parseCodeName(nameAt(address) ?? '')
    if (named !== undefined) return named
  }
  return undefined
}
