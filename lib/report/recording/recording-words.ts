import type { Recording, RecordingEnd, RecordingStart } from '../../record/index.js'
import type { Pair, Surroundings } from '../../record/analysis/index.js'
import { formatByteChange, formatBytes, formatCount } from '../../figures/index.js'
import { printable } from '../display-width.js'
import { formatDuration } from '../duration-format.js'

/** A process's command in a table. */
export function commandText(command: string): string {
  return printable(command)
}

/** A moment of a recording: the time since it began. */
export function formatMoment(timeMs: number | undefined): string {
  return timeMs === 0 ? '0 s' : formatDuration(timeMs)
}

/** What stands beside a moment: `within "parse", 0.2 s after the mark "loaded"`. Empty when nothing does. */
export function describeSurroundings({ nearestMark, innermostSpan }: Surroundings, timeMs: number): string {
  const within = innermostSpan === undefined ? [] : [`within "${printable(innermostSpan.name)}"`]
  if (nearestMark === undefined) return within.join('')
  const after = timeMs - nearestMark.timeMs
  const distance = after === 0 ? 'at' : `${formatDuration(Math.abs(after))} ${after > 0 ? 'after' : 'before'}`
  return [...within, `${distance} the mark "${printable(nearestMark.name)}"`].join(', ')
}

const reasons: Readonly<Partial<Record<RecordingEnd['reason'], string>>> = {
  interrupted: 'the recording was interrupted',
  timeout: 'the recording ended at its timeout',
  'disk-full': 'the recording ended as the disk was full',
  stopped: 'the recording was stopped',
}

/** How a recording ended: `the program ended with exit code 0`. */
export function describeEnd({ end, kind }: Pick<Recording, 'end' | 'kind'>): string {
  if (end === undefined) {
    return kind === 'flight'
      ? 'the program was killed or crashed, or still runs'
      : 'it has no end: the recorder was killed, or still records'
  }
  if (end.reason !== 'program-ended') return reasons[end.reason] ?? `the recording ended: ${printable(end.reason)}`
  if (end.signal !== undefined) return `the program was ended by ${printable(end.signal)}`
  return end.exitCode === undefined ? 'the program ended' : `the program ended with exit code ${end.exitCode}`
}

export function samplesWere(count: number | undefined): string {
  return `${formatCount(count)} ${count === 1 ? 'sample was' : 'samples were'}`
}

/** What a reader must know of a recording's file: damage, and samples that aren't there. */
export function describeLosses({ damage, end }: Pick<Recording, 'damage' | 'end'>): readonly string[] {
  const { lostSamples = 0, missedSamples = 0 } = end ?? {}
  return [
    ...(damage === undefined
      ? []
      : [
          `The file is damaged at byte ${formatCount(damage.atByte)}: ${damage.reason}. What is before it is shown, ` +
            `the ${formatBytes(damage.lostBytes)} from there on are lost.`,
        ]),
    ...(lostSamples > 0 ? [`${samplesWere(lostSamples)} lost: there was no room for them.`] : []),
    ...(missedSamples > 0 ? [`${samplesWere(missedSamples)} missed: the recorder didn't run when they were due.`] : []),
  ]
}

/** `2026-11-28 21:05:09`, in local time. */
export function formatStart({ timeMs }: Pick<RecordingStart, 'timeMs'>): string {
  const date = new Date(timeMs)
  if (Number.isNaN(date.getTime())) return 'at an unknown time'
  const two = (part: number): string => String(part).padStart(2, '0')
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-')
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')}`
}

/** Rates of the same unit: a second where the largest is fast, otherwise an hour. */
export function formatRates(bytesPerSecond: readonly (number | undefined)[]): readonly string[] {
  const fast = 100 * 1024
  const isFast = bytesPerSecond.some((rate) => rate !== undefined && Math.abs(rate) >= fast)
  return bytesPerSecond.map((rate) => {
    if (rate === undefined) return formatByteChange(undefined)
    const figure = isFast ? rate : rate * 3600
    return `${formatByteChange(Math.abs(figure) < 0.5 ? 0 : figure)}/${isFast ? 's' : 'h'}`
  })
}

/** By how much the later figure of a pair is higher. */
export function formatPairChange({ before, after }: Pair, format: (change: number | undefined) => string = formatByteChange): string {
  return format(before === undefined || after === undefined ? undefined : after - before)
}

/** A change of a duration with its sign. */
export function formatDurationChange(milliseconds: number | undefined): string {
  if (milliseconds === undefined || milliseconds === 0) return milliseconds === 0 ? '±0 ms' : formatDuration(undefined)
  return `${milliseconds < 0 ? '-' : '+'}${formatDuration(Math.abs(milliseconds))}`
}
