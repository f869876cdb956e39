import { closeSync, fstatSync, ftruncateSync, openSync, readSync } from 'node:fs'

import type { NativeTrackedData } from '../binding/index.js'
import { numbersOf, readFramed } from './framed-bytes.js'

/** What one stack has live at a moment, and what it has allocated by then. */
export interface StackMoment {
  readonly stack: number
  /** The number of code events at its last block. */
  readonly sequence: number
  readonly allocations: number
  readonly allocatedBytes: number
  readonly liveBytes: number
  readonly liveBlocks: number
  readonly liveSamples: number
  /** Of `liveBytes`: the square of its standard error. */
  readonly squaredError: number
}

/** A session at a moment, as the program told of it while it ran. */
export interface Moment extends Omit<NativeTrackedData, 'samples'> {
  readonly pid: number
  readonly execPath: string
  /** Between the session's start and the moment. */
  readonly durationMs: number
  /** From 1, without gaps. */
  readonly moment: number
  /** Address space that was mapped apart from malloc since the session's start, and isn't unmapped. */
  readonly mappedBytes: number
  readonly live: Float64Array
  /** Those that earlier moments didn't tell of; as are the parts of `code`. */
  readonly stacks: Float64Array
}

/** How often moments are taken: in the end each `longestMs`. */
export interface MomentPace {
  readonly periodMs: number
  readonly longestMs: number
}

interface MomentHeader extends Omit<Moment, 'live' | 'stacks' | 'code'> {
  readonly liveNumbers: number
  readonly stackNumbers: number
  readonly codeBytes: number
}

const magic = 'allocscope moment 2\n'
const liveColumns = 8
/** What another process says isn't trusted: no moment is larger. */
const mostBytes = 512 * 1024 * 1024

/** Reads what `native/tracker/moments.cc` wrote. Undefined when it isn't whole yet. */
export function decodeMoment(bytes: Buffer): Moment | undefined {
  const read = readFramed(bytes, magic)
  if (read === undefined) return undefined
  const { liveNumbers, stackNumbers, codeBytes, ...others } = read.header as MomentHeader
  const body = numbersOf(read.body, [liveNumbers, stackNumbers], codeBytes)
  if (body === undefined) return undefined
  const [live, stacks] = body.numbers as [Float64Array, Float64Array]
  return { ...others, live, stacks, code: body.rest }
}

/** The rows of {@link Moment.live}. */
export function readStackMoments({ live }: Moment): readonly StackMoment[] {
  return Array.from({ length: Math.floor(live.length / liveColumns) }, (_, index) => {
    const row = live.subarray(index * liveColumns, (index + 1) * liveColumns)
    const [stack, sequence, allocations, allocatedBytes, liveBytes, liveBlocks, liveSamples, squaredError] = row as unknown as [
      ...(readonly [number, number, number, number, number, number, number, number]),
    ]
    return { stack, sequence, allocations, allocatedBytes, liveBytes, liveBlocks, liveSamples, squaredError }
  })
}

/** Takes the moment out of the file that a program tells them through, which thereby tells the next. Undefined while there is none. */
export function takeMoment(descriptor: number): Moment | undefined {
  const { size } = fstatSync(descriptor)
  if (size === 0 || size > mostBytes) return undefined
  const bytes = Buffer.allocUnsafe(size)
  const moment = decodeMoment(bytes.subarray(0, readSync(descriptor, bytes, 0, size, 0)))
  if (moment !== undefined) ftruncateSync(descriptor, 0)
  return moment
}

/** How often is looked whether there is a moment: less often than the first ones come. */
const lookMs = 50

/** Hands each moment in the file to `onMoment`, until the returned function is called, which takes the last one. */
export function followMoments(descriptor: number, onMoment: (moment: Moment) => void): () => void {
  const look = (): void => {
    const moment = takeMoment(descriptor)
    if (moment !== undefined) onMoment(moment)
  }
  const timer = setInterval(look, lookMs)
  return () => {
    clearInterval(timer)
    look()
  }
}

/** The same of files that come and go: `filesNow` lists them, each of which is opened once. */
export function followMomentsOf(filesNow: () => readonly string[], onMoment: (moment: Moment) => void): () => void {
  const descriptors = new Map<string, number>()
  const look = (): void => {
    const files = filesNow()
    for (const [file, descriptor] of descriptors) {
      if (files.includes(file)) continue
      closeSync(descriptor)
      descriptors.delete(file)
    }
    for (const file of files) {
      const descriptor = descriptors.get(file) ?? openIfThere(file)
      if (descriptor === undefined) continue
      descriptors.set(file, descriptor)
      const moment = takeMoment(descriptor)
      if (moment !== undefined) onMoment(moment)
    }
  }
  const timer = setInterval(look, lookMs)
  return () => {
    clearInterval(timer)
    for (const descriptor of descriptors.values()) closeSync(descriptor)
  }
}

function openIfThere(file: string): number | undefined {
  try {
    return openSync(file, 'r+')
  } catch {
    return undefined
  }
}

/** The same of a file that the program makes when it begins to tell. */
export function followMomentsIn(file: string, onMoment: (moment: Moment) => void): () => void {
  let descriptor: number | undefined
  let stop: () => void = () => undefined
  const open = (): void => {
    descriptor = openIfThere(file)
    if (descriptor === undefined) return
    clearInterval(timer)
    stop = followMoments(descriptor, onMoment)
  }
  const timer = setInterval(open, lookMs)
  return () => {
    clearInterval(timer)
    stop()
    if (descriptor !== undefined) closeSync(descriptor)
  }
}
