import { formatCount } from '../../figures/index.js'
import type { RecordedProcess, Recording } from '../../record/index.js'
import { printable } from '../display-width.js'
import { formatDuration } from '../duration-format.js'
import { samplesWere } from '../recording/recording-words.js'
import type { PlottedRecording } from './plot-model.js'

/** The file's own name. */
export function fileName({ file }: Recording): string {
  return printable(file.split('/').at(-1) ?? file)
}

/** What was recorded: the command, without the folders of its first word. */
export function commandOf({ start }: Recording): string {
  const [first = '', ...rest] = start.command
  return printable([first.split('/').at(-1) ?? first, ...rest].join(' '))
}

export function processName({ pid, command }: RecordedProcess): string {
  return printable(command === '' ? `pid ${pid}` : `${command} (pid ${pid})`)
}

/** How a recording ended. */
export function describeEnd({ end, kind }: Recording): string {
  if (end === undefined)
    return kind === 'flight' ? 'killed or crashed, or it still runs' : 'it has no end: the recorder was killed, or still writes'
  if (end.reason === 'program-ended') {
    if (end.signal !== undefined) return `ended by ${printable(end.signal)}`
    // Of a process that another had started nobody but that one is told.
    return end.exitCode === undefined ? 'ended' : `ended with exit code ${end.exitCode}`
  }
  const reasons = {
    interrupted: 'recorded until Ctrl-C',
    timeout: 'recorded until its timeout',
    'disk-full': 'recorded until the disk was full',
    stopped: 'recorded until it was stopped',
  } as const
  return reasons[end.reason]
}

/** A line of facts: the process, how often it was sampled, how it ended. */
export function describeRecording({ recording, samples }: PlottedRecording): string {
  const { start, processes } = recording
  const node = processes[0]?.node
  const others = processes.length - 1
  return [
    `pid ${start.pid}`,
    ...(node === undefined ? [] : [`node ${printable(node.nodeVersion)}`, printable(node.allocator)]),
    `${formatCount(samples)} samples, one every ${formatDuration(start.intervalMs)}`,
    ...(others === 0 ? [] : [`${formatCount(others)} other ${others === 1 ? 'process' : 'processes'}`]),
    describeEnd(recording),
  ].join(', ')
}

/** What a reader must know of a recording: damage, and samples that aren't in it. */
export function notesOf(recording: Recording): readonly string[] {
  const { damage, end } = recording
  return [
    ...(damage === undefined
      ? []
      : [
          `The file is damaged at byte ${formatCount(damage.atByte)} (${printable(damage.reason)}): the ${formatCount(damage.lostBytes)} bytes from there on aren't shown.`,
        ]),
    ...((end?.lostSamples ?? 0) > 0 ? [`${samplesWere(end?.lostSamples)} lost: the ring or the disk was full.`] : []),
    ...((end?.missedSamples ?? 0) > 0 ? [`${samplesWere(end?.missedSamples)} missed: the sampler wasn't run in time.`] : []),
  ]
}
