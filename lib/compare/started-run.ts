import { spawn } from 'node:child_process'
import path from 'node:path'

import { endingOf } from '../program/index.js'
import type { ProgramEnding } from '../program/index.js'
import { OutputTail } from './child-output.js'

/** Comes before the program's own preloads. */
const preload = ['--require', path.join(__dirname, 'compare-preload.js')]

/** A program that runs under one setting. */
export interface StartedRun {
  readonly pid: number
  readonly output: OutputTail
  readonly ended: Promise<ProgramEnding>
  hasEnded(): boolean
  /** Asks it to end, and kills it when it doesn't. */
  end(): void
}

/** What is run, under each setting alike. */
export interface ProgramCall {
  /** As node finds it. */
  readonly file: string
  readonly programArguments: readonly string[]
  readonly nodeOptions: readonly string[]
}

/** A program that handles SIGTERM has so long to end. */
const patienceMs = 5000

/** Starts a fresh process. It reads nothing from standard input; what it prints is read and left out. */
export function startRun(node: string, { file, programArguments, nodeOptions }: ProgramCall, env: NodeJS.ProcessEnv): StartedRun {
  const child = spawn(node, [...preload, ...nodeOptions, file, ...programArguments], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = endingOf(child)
  // Who awaits it hears of its failure; nobody may be waiting yet.
  ended.catch(() => undefined)
  return {
    pid: child.pid ?? 0,
    output: new OutputTail([child.stdout, child.stderr]),
    ended,
    hasEnded: () => child.pid === undefined || child.exitCode !== null || child.signalCode !== null,
    end: () => {
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs)
      child.once('exit', () => {
        clearTimeout(timer)
      })
    },
  }
}
