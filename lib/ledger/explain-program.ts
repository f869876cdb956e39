import path from 'node:path'

import { prepareProgram, requireLinux, requirePreloads } from '../program/index.js'
import type { ProgramEnding, ProgramOptions } from '../program/index.js'
import { explainVariable, openLedgers } from './explain-channel.js'
import type { ExplainRequest, TakenLedger } from './explain-channel.js'
import { forecastLimit } from './limit-forecast.js'
import type { LimitForecast } from './limit-forecast.js'

const preloadFlags = ['--require', path.join(__dirname, 'explain-preload.js')]

/** How long a ledger may wait before the command shows it. */
const pollMs = 100

/** Options of {@link explainProgram}. */
export interface ExplainProgramOptions extends Pick<ProgramOptions, 'allocator'> {
  /** Flags for node itself. */
  readonly nodeOptions: readonly string[]
  /** Whether the last ledger is of the program's exit or of its highest RSS. */
  readonly at: 'exit' | 'peak'
  /** Milliseconds between ledgers; 0 for none. */
  readonly everyMs: number
}

/** A ledger in its place after the one before. */
export interface FollowingLedger extends TakenLedger {
  /** When the program's control group is at its limit, at the rate since the ledger before. Undefined where it doesn't rise beyond noise, or has no limit. */
  readonly limitForecast: LimitForecast | undefined
}

/** How an explained program ended, and its ledgers in their order. */
export interface ExplainedProgram extends ProgramEnding {
  readonly pid: number
  readonly ledgers: readonly FollowingLedger[]
}

/**
 * Runs `program` with this same node and this process's standard streams, and takes ledgers of it. `show` is given each as it comes. SIGUSR2, sent to
 * the program or to this process, asks for one.
 *
 * @throws AllocscopeError `ERR_ALLOCSCOPE_PROGRAM` when the program doesn't exist or can't be started, `ERR_ALLOCSCOPE_ALLOCATOR_NOT_FOUND`,
 * `ERR_ALLOCSCOPE_UNSUPPORTED`, `ERR_ALLOCSCOPE_PROC_UNREADABLE`.
 */
export async function explainProgram(
  program: string,
  programArguments: readonly string[],
  options: ExplainProgramOptions,
  show: (taken: FollowingLedger) => void,
): Promise<ExplainedProgram> {
  const { allocator, nodeOptions, at, everyMs } = options
  requirePreloads()
  requireLinux('explaining a program')
  const found = prepareProgram(program, programArguments, { allocator, nodeFlags: [...preloadFlags, ...nodeOptions] })
  const reader = openLedgers()
  const ledgers: FollowingLedger[] = []
  const poll = (): void => {
    for (const read of reader.readNew()) {
      const taken = { ...read, limitForecast: forecastLimit(ledgers.at(-1), read) }
      ledgers.push(taken)
      show(taken)
    }
  }
  const timer = setInterval(poll, pollMs)
  try {
    const request: ExplainRequest = { file: reader.file, at, everyMs }
    const { pid, ended } = found.start({ [explainVariable]: JSON.stringify(request) })
    const ending = await ended
    poll()
    return { pid, ...ending, ledgers }
  } finally {
    clearInterval(timer)
    reader.close()
  }
}
