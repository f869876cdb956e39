import { refuseExisting } from './format/recording-writer.js'
import { followRecordChannel } from './record-channel.js'
import type { RecordReader } from './record-channel.js'
import type { RecordOptions } from './record-program.js'
import { AwaitedEnd, describeProcess } from './record-program.js'
import { RecordingSession } from './recording-session.js'
import type { RecordReport } from './recording-session.js'

/** A process that tells of itself for us, as {@link recordUntil} does. */
export interface HostedRecording {
  /** What it answered with. */
  readonly answer: unknown
  /** Ends it, and waits until the last figures are told. */
  end(): Promise<void>
}

interface Reached extends HostedRecording {
  readonly channel: RecordReader
}

async function reach(pid: number, host: () => Promise<HostedRecording>): Promise<Reached> {
  const hosted = await host()
  try {
    return { answer: hosted.answer, end: () => hosted.end(), channel: followRecordChannel(pid, hosted.answer) }
  } catch (error) {
    await hosted.end()
    throw error
  }
}

/**
 * Records a process that runs, from outside and, as `host` has it tell of itself, from inside, until it ends or this process is told to stop. It goes on, and
 * nothing of the recorder's runs there.
 *
 * @throws AllocscopeError `ERR_ALLOCSCOPE_PROC_UNREADABLE`, `ERR_ALLOCSCOPE_RECORDING`, `ERR_ALLOCSCOPE_ATTACH` when it answered with something else, and
 *   what `host` throws. There is no file then.
 */
export async function recordAttached(pid: number, host: () => Promise<HostedRecording>, options: RecordOptions): Promise<RecordReport> {
  const command = describeProcess(pid)
  // Before the process is touched. The file itself is made when there is something to record.
  refuseExisting(options.file, options.replace)
  const reached = await reach(pid, host)
  const end = new AwaitedEnd(options.timeoutMs)
  try {
    const session = new RecordingSession({ ...options, command })
    session.begin(pid, reached.channel)
    const reason = await end.of(session)
    await reached.end()
    return session.end(reason, { exitCode: undefined, signal: undefined })
  } finally {
    end.dispose()
    await reached.end()
    reached.channel.close()
  }
}
