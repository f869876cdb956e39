import path from 'node:path'

import { prepareProgram, requireLinux, requirePreloads } from '../program/index.js'
import type { ProgramEnding, ProgramOptions } from '../program/index.js'
import { inliningFlags } from './inlining.js'
import { openMoments, openTrack, trackVariable } from './track-channel.js'
import type { TrackRequest } from './track-channel.js'
import type { Moment, MomentPace } from './moments.js'
import type { TrackRecord } from './track-record.js'

export const preloadFlags = ['--require', path.join(__dirname, 'track-preload.js')]

/**
 * What of JavaScript is told exactly, and what the program runs without for it. As usual V8 inlines functions into others, which they then count as, and
 * keeps no lines for compiled code.
 */
const flagsForExact = {
  functions: inliningFlags.map((flag) => `--no-${flag}`),
  lines: ['--no-opt', '--no-maglev', '--no-sparkplug'],
} as const

/** `'functions'`: nothing is inlined. `'lines'`: nothing is compiled; JavaScript is interpreted. */
export type ExactPlaces = keyof typeof flagsForExact

/** Flags for V8 before a program is compiled. */
export function flagsFor(exact: ExactPlaces | undefined): readonly string[] {
  return exact === undefined ? [] : flagsForExact[exact]
}

/** Options of {@link trackProgram}. */
export interface TrackProgramOptions extends Pick<ProgramOptions, 'allocator'> {
  /** Flags for node itself. */
  readonly nodeOptions: readonly string[]
  /** The mean distance between two sampled bytes. */
  readonly intervalBytes: number
  readonly exact?: ExactPlaces | undefined
  /** What is told of moments while it runs. Without it the program takes none. */
  readonly moments?: FollowedMoments | undefined
}

/** Moments of a session that runs, and who is told of them. */
export interface FollowedMoments {
  readonly pace: MomentPace
  readonly onMoment: (moment: Moment) => void
}

/** How a tracked program ended, and what it allocated. */
export interface TrackedProgram extends ProgramEnding {
  readonly pid: number
  /** What is live is so at the program's exit event, or when a signal ended it. */
  record(): TrackRecord
}

/**
 * Runs `program` with this same node and this process's standard streams, and tracks its native allocations to its exit. Names are made of
 * the record, here, not in the program. `record` throws what kept the program from being tracked: `ERR_ALLOCSCOPE_UNSUPPORTED`, `ERR_ALLOCSCOPE_NO_ADDON`, or
 * `ERR_ALLOCSCOPE_TRACK_RECORD` when it told nothing.
 *
 * @throws AllocscopeError `ERR_ALLOCSCOPE_PROGRAM` when the program doesn't exist or can't be started, `ERR_ALLOCSCOPE_ALLOCATOR_NOT_FOUND`,
 * `ERR_ALLOCSCOPE_UNSUPPORTED`.
 */
export async function trackProgram(
  program: string,
  programArguments: readonly string[],
  { allocator, nodeOptions, intervalBytes, exact, moments }: TrackProgramOptions,
): Promise<TrackedProgram> {
  requirePreloads()
  requireLinux('tracking a program')
  const found = prepareProgram(program, programArguments, { allocator, nodeFlags: [...preloadFlags, ...nodeOptions] })
  const reader = openTrack()
  const momentReader = moments && openMoments(moments.onMoment)
  try {
    const told = moments && momentReader && { moments: { ...moments.pace, file: momentReader.file } }
    const request: TrackRequest = { file: reader.file, intervalBytes, v8Flags: flagsFor(exact), ...told }
    const { pid, ended } = found.start({ [trackVariable]: JSON.stringify(request) })
    const ending = await ended
    const record = attempt(() => reader.read())
    return { pid, ...ending, record }
  } finally {
    momentReader?.close()
    reader.close()
  }
}

/** What `call` returns, or throws, whenever the answer is asked for. */
function attempt<T>(call: () => T): () => T {
  try {
    const value = call()
    return () => value
  } catch (error) {
    return () => {
      throw error
    }
  }
}
