import { readFileSync } from 'node:fs'
import path from 'node:path'

import { AllocscopeError } from '../errors/index.js'
import { prepareCommand, prepareProgram, requireLinux } from '../program/index.js'
import type { FoundProgram, ProgramOptions, StartedProgram } from '../program/index.js'
import { openRecordChannel, recordVariable } from './record-channel.js'
import { RecordingSession } from './recording-session.js'
import type { RecordReport, SessionOptions } from './recording-session.js'

const preloadFlags = ['--require', path.join(__dirname, 'record-preload.js')]

/** Options of {@link recordProgram} and {@link recordProcess}. */
export interface RecordOptions extends Omit<SessionOptions, 'command'> {
  /** Ends the recording, and the program by SIGTERM, after so many milliseconds. */
  readonly timeoutMs: number | undefined
}

/** How a program is started that is to be recorded. */
export interface RecordedProgramOptions extends RecordOptions, Pick<ProgramOptions, 'allocator'> {
  /** Flags for node itself. */
  readonly nodeOptions: readonly string[]
  /** Whether the program is any command rather than a file that node runs. Then it is recorded from outside alone. */
  readonly isCommand: boolean
}

function find(program: string, programArguments: readonly string[], options: RecordedProgramOptions): FoundProgram {
  const { allocator, nodeOptions, isCommand } = options
  if (isCommand) return prepareCommand(program, programArguments, { allocator })
  return prepareProgram(program, programArguments, { allocator, nodeFlags: [...preloadFlags, ...nodeOptions] })
}

/** Tells whether it was the time limit that ended the program. */
function endAfter(started: StartedProgram, timeoutMs: number | undefined): () => boolean {
  let isOver = false
  if (timeoutMs === undefined) return () => isOver
  const timer = setTimeout(() => {
    isOver = true
    started.kill('SIGTERM')
  }, timeoutMs)
  const clear = (): void => {
    clearTimeout(timer)
  }
  started.ended.then(clear, clear)
  return () => isOver
}

async function recordStarted(
  found: FoundProgram,
  session: RecordingSession,
  channel: ReturnType<typeof openRecordChannel> | undefined,
  timeoutMs: number | undefined,
): Promise<RecordReport> {
  const started = found.start(channel === undefined ? {} : { [recordVariable]: channel.address }, channel?.ring.descriptor)
  const isOver = endAfter(started, timeoutMs)
  const signals = new Set<string>()
  const noteInterrupt = (signal: string): void => {
    signals.add(signal)
  }
  process.on('SIGINT', noteInterrupt)
  try {
    if (started.pid === 0) session.abandon()
    else session.begin(started.pid, channel)
    const { exitCode, signal } = await started.ended
    const reason = isOver() ? 'timeout' : signals.has('SIGINT') ? 'interrupted' : 'program-ended'
    return session.end(reason, { exitCode, signal })
  } finally {
    process.off('SIGINT', noteInterrupt)
  }
}

/**
 * Starts `program` and records its memory into a file until it ends: from outside, and from inside where node runs it. The program has this process's
 * standard streams and gets its signals.
 *
 * @throws AllocscopeError `ERR_ALLOCSCOPE_PROGRAM`, `ERR_ALLOCSCOPE_ALLOCATOR_NOT_FOUND`, `ERR_ALLOCSCOPE_NO_ADDON`, `ERR_ALLOCSCOPE_RECORDING`.
 */
export async function recordProgram(
  program: string,
  programArguments: readonly string[],
  options: RecordedProgramOptions,
): Promise<RecordReport> {
  const found = find(program, programArguments, options)
  const channel = options.isCommand ? undefined : openRecordChannel(options.intervalMs)
  try {
    const session = new RecordingSession({ ...options, command: [program, ...programArguments] })
    return await recordStarted(found, session, channel, options.timeoutMs)
  } finally {
    channel?.close()
  }
}

/** When the recording of a process that runs is to end, and why. From its making on a signal doesn't end this process: what is recorded by then is kept. */
export class AwaitedEnd {
  readonly #signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  readonly #timer: NodeJS.Timeout | undefined
  #tell: (reason: RecordReport['reason']) => void = () => undefined
  readonly #reason = new Promise<RecordReport['reason']>((resolve) => {
    this.#tell = resolve
  })

  constructor(timeoutMs: number | undefined) {
    this.#timer = timeoutMs === undefined ? undefined : setTimeout(this.#tell, timeoutMs, 'timeout')
    for (const signal of this.#signals) process.on(signal, this.#interrupt)
  }

  readonly #interrupt = (): void => {
    this.#tell('interrupted')
  }

  /** Waits for the end of the session's process, too. A second signal ends this process again. */
  async of(session: RecordingSession): Promise<RecordReport['reason']> {
    try {
      return await Promise.race([this.#reason, session.ended.then(() => 'program-ended' as const)])
    } finally {
      this.dispose()
    }
  }

  dispose(): void {
    clearTimeout(this.#timer)
    for (const signal of this.#signals) process.off(signal, this.#interrupt)
  }
}

/** The command line of a process. Throws when it has none: a kernel thread has no memory of its own. */
export function describeProcess(pid: number): readonly string[] {
  const refuse = (why: string, cause?: unknown): never => {
    throw new AllocscopeError('ERR_ALLOCSCOPE_PROC_UNREADABLE', `process ${pid} can't be recorded: ${why}`, { cause })
  }
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1)
    return command.length > 0 ? command : refuse('it is a thread of the kernel, or has ended')
  } catch (error) {
    if (error instanceof AllocscopeError) throw error
    return refuse((error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such process' : (error as Error).message, error)
  }
}

/**
 * Records a process that runs, from outside, until it ends or this process is told to stop.
 *
 * @throws AllocscopeError `ERR_ALLOCSCOPE_PROC_UNREADABLE` when there is no such process or it has no memory of its own, `ERR_ALLOCSCOPE_RECORDING`,
 * `ERR_ALLOCSCOPE_UNSUPPORTED` off Linux.
 */
export async function recordProcess(pid: number, options: RecordOptions): Promise<RecordReport> {
  requireLinux('recording a process that runs')
  const command = describeProcess(pid)
  const end = new AwaitedEnd(options.timeoutMs)
  try {
    const session = new RecordingSession({ ...options, command })
    session.begin(pid)
    return session.end(await end.of(session), { exitCode: undefined, signal: undefined })
  } finally {
    end.dispose()
  }
}
