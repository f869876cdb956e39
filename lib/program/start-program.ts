import { spawn } from 'node:child_process'
import type { ChildProcess, SpawnOptions, StdioOptions } from 'node:child_process'
import type { Duplex } from 'node:stream'

import { AllocscopeError } from '../errors/index.js'
import type { AllocatorChoice } from './allocator-choices.js'
import { findAllocatorLibrary, preloadWith } from './allocator-library.js'
import { endingOf, findProgram } from './child-program.js'
import type { ProgramEnding } from './child-program.js'
import { forwardSignals } from './forward-signals.js'

/** How a program is started. */
export interface ProgramOptions {
  /** The allocator to run under. Undefined keeps the one that the environment sets. */
  readonly allocator: AllocatorChoice | undefined
  /** Flags for node itself, allocscope's own preload among them. */
  readonly nodeFlags: readonly string[]
  /** A script for node to run instead of the program. Its first argument is the program's file. */
  readonly through?: string
}

/** The allocator that was asked for, and the file to preload for it. */
export interface RequestedAllocator {
  readonly allocator: AllocatorChoice
  readonly library: string | undefined
}

/** A program that runs. */
export interface StartedProgram {
  /** 0 when it could not be started: {@link StartedProgram.ended} says why. */
  readonly pid: number
  /** Resolves when it has ended; rejects with `ERR_ALLOCSCOPE_PROGRAM` when it could not be started. */
  readonly ended: Promise<ProgramEnding>
  kill(signal: NodeJS.Signals): void
  /** The other end of the observer's descriptor, where a pipe was asked for. */
  readonly channel: Duplex | undefined
}

function environmentFor(
  variables: NodeJS.ProcessEnv,
  allocator: AllocatorChoice | undefined,
  library: string | undefined,
): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = { ...process.env, ...variables }
  if (allocator === undefined) return environment
  const preload = preloadWith(library, process.env['LD_PRELOAD'])
  delete environment['LD_PRELOAD']
  return preload === undefined ? environment : { ...environment, LD_PRELOAD: preload }
}

/** A program that was found, ready to be started once. */
export interface FoundProgram {
  /** The allocator to run under. Undefined keeps the one that the environment sets. */
  readonly requested: RequestedAllocator | undefined
  /** `variables` and `descriptor` are for the preloaded observer. It finds the descriptor, or a pipe for both directions, as number 3. */
  start(variables: NodeJS.ProcessEnv, descriptor?: number | 'pipe'): StartedProgram
}

/**
 * Looks for `program` and the allocator's library, before anything else is prepared. The program will run with this same node and this process's
 * standard streams. This process's signals are forwarded to it. Without a program, node's flags say what it runs: its test runner.
 *
 * @throws AllocscopeError `ERR_ALLOCSCOPE_PROGRAM` when there is no such program, `ERR_ALLOCSCOPE_ALLOCATOR_NOT_FOUND`.
 */
export function prepareProgram(program: string | undefined, programArguments: readonly string[], options: ProgramOptions): FoundProgram {
  const { allocator, nodeFlags, through } = options
  const file = program === undefined ? [] : [findProgram(program)]
  const script = through === undefined ? file : [through, ...file]
  return prepare(process.execPath, [...nodeFlags, ...script, ...programArguments], allocator)
}

/**
 * Like {@link prepareProgram}, for any command, which is looked for in PATH when it is started: `ended` then rejects with `ERR_ALLOCSCOPE_PROGRAM`.
 *
 * @throws AllocscopeError `ERR_ALLOCSCOPE_ALLOCATOR_NOT_FOUND`.
 */
export function prepareCommand(
  command: string,
  commandArguments: readonly string[],
  { allocator }: Pick<ProgramOptions, 'allocator'>,
): FoundProgram {
  return prepare(command, commandArguments, allocator)
}

/** Node's permission model answers before there is a process. Its text names no flag before Node 24. */
function spawnPermitted(file: string, programArguments: readonly string[], options: SpawnOptions): ChildProcess {
  try {
    return spawn(file, programArguments, options)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_ACCESS_DENIED') throw cause
    const message = `cannot start ${file}: node's permission model forbids it: --allow-child-process permits it`
    throw new AllocscopeError('ERR_ALLOCSCOPE_PROGRAM', message, { cause })
  }
}

function prepare(file: string, programArguments: readonly string[], allocator: AllocatorChoice | undefined): FoundProgram {
  const library = allocator === undefined || allocator === 'glibc' ? undefined : findAllocatorLibrary(allocator)
  return {
    requested: allocator === undefined ? undefined : { allocator, library },
    start: (variables, descriptor) => {
      const stdio: StdioOptions = descriptor === undefined ? 'inherit' : ['inherit', 'inherit', 'inherit', descriptor]
      const child = spawnPermitted(file, programArguments, { stdio, env: environmentFor(variables, allocator, library) })
      const ended = endingOf(child).finally(forwardSignals(child))
      const channel = descriptor === 'pipe' ? (child.stdio[3] as Duplex) : undefined
      return { pid: child.pid ?? 0, ended, kill: (signal) => child.kill(signal), channel }
    },
  }
}
