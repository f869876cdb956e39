import { spawn } from 'node:child_process'
import type { ChildProcess, StdioOptions } from 'node:child_process'
import { statSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

import { AllocscopeError } from '../errors/index.js'
import { findAllocatorLibrary, preloadWith } from './allocator-library.js'
import type { AllocatorChoice } from './allocator-library.js'
import { forwardSignals } from './forward-signals.js'

/** How a program is started. */
export interface ProgramOptions {
  /** The allocator to run under; undefined leaves the environment's. */
  readonly allocator: AllocatorChoice | undefined
  /** Options for node itself. */
  readonly nodeOptions: readonly string[]
  /** A script that node runs in the program's place, with the program's file as its first argument; by default the program itself. */
  readonly through?: string
}

/** How a program ended. */
export interface ProgramEnding {
  /** Undefined when a signal ended the program. */
  readonly exitCode: number | undefined
  readonly signal: string | undefined
}

/** A program that runs. */
export interface StartedProgram {
  /** 0 when it could not be started: {@link StartedProgram.ended} then says why. */
  readonly pid: number
  /** The library that was preloaded for the allocator. */
  readonly library: string | undefined
  /** Resolves when it has ended; rejects with `ERR_ALLOCSCOPE_PROGRAM` when it could not be started. */
  readonly ended: Promise<ProgramEnding>
  kill(signal: NodeJS.Signals): void
}

const fromStandardInput = '-'

function isFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() === true
}

/** The program's file as `node` would find it: `app` may be `app.js` or a folder with a package.json. Throws `ERR_ALLOCSCOPE_PROGRAM`. */
function findProgram(program: string): string {
  if (program === fromStandardInput) return program
  const file = path.resolve(program)
  if (isFile(file)) return file
  try {
    createRequire(file).resolve(file)
    return file
  } catch {
    const hint = program === 'node' ? ". It runs the program with this node itself: leave 'node' out" : ''
    throw new AllocscopeError('ERR_ALLOCSCOPE_PROGRAM', `there is no program '${program}' (${file})${hint}`)
  }
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

function ending(child: ChildProcess): Promise<ProgramEnding> {
  return new Promise((resolve, reject) => {
    child.once('error', (cause) => {
      reject(new AllocscopeError('ERR_ALLOCSCOPE_PROGRAM', `cannot start ${process.execPath}: ${cause.message}`, { cause }))
    })
    child.once('exit', (code, signal) => {
      resolve({ exitCode: code ?? undefined, signal: signal ?? undefined })
    })
  })
}

/** A program that was found, with what it needs: to be started once. */
export interface FoundProgram {
  /** `variables` are for the recorder that is preloaded, as is the descriptor: the program finds it as its 3. */
  start(variables: NodeJS.ProcessEnv, descriptor?: number): StartedProgram
}

/**
 * Looks for `program` and the allocator's library, so that nothing is prepared for what can't be run. It will run with this very node, its
 * standard streams left alone; signals that reach this process will reach it.
 *
 * @throws AllocscopeError `ERR_ALLOCSCOPE_PROGRAM` when there is no such program, `ERR_ALLOCSCOPE_ALLOCATOR_NOT_FOUND`.
 */
export function prepareProgram(program: string, programArguments: readonly string[], options: ProgramOptions): FoundProgram {
  const file = findProgram(program)
  const { allocator, nodeOptions, through } = options
  const script = through === undefined ? [file] : [through, file]
  const library = allocator === undefined || allocator === 'glibc' ? undefined : findAllocatorLibrary(allocator)
  const preload = path.join(__dirname, 'preload.js')
  return {
    start: (variables, descriptor) => {
      const stdio: StdioOptions = descriptor === undefined ? 'inherit' : ['inherit', 'inherit', 'inherit', descriptor]
      const child = spawn(process.execPath, ['--require', preload, ...nodeOptions, ...script, ...programArguments], {
        stdio,
        env: environmentFor(variables, allocator, library),
      })
      const ended = ending(child).finally(forwardSignals(child))
      return { pid: child.pid ?? 0, library, ended, kill: (signal) => child.kill(signal) }
    },
  }
}
