import { formatCount } from '../../figures/index.js'
import { formatDuration } from '../duration-format.js'

const units = [
  ['GiB', 2 ** 30],
  ['MiB', 2 ** 20],
  ['KiB', 2 ** 10],
  ['B', 1],
] as const

/** Beyond this many MiB an axis counts in GiB, as figures in tables do. */
const mostMebibytes = 10_000

function unitOf(highestBytes: number): (typeof units)[number] {
  if (highestBytes >= mostMebibytes * 2 ** 20) return units[0]
  return units.slice(1).find(([, bytes]) => highestBytes >= bytes) ?? units[3]
}

/** The smallest of 1, 2, 5, 10, 20, 50 … that isn't less than `least`. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least))
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= least * (1 - 1e-9)) ?? 10 * power
}

/** A place on an axis, and what stands there. */
export interface Tick {
  readonly at: number
  readonly label: string
}

function decimalsOf(step: number): number {
  return Math.max(0, -Math.floor(Math.log10(step) + 1e-9))
}

/** Where an axis of bytes from 0 has ticks: at round figures, about `count` of them, the last at or above the highest. */
export function byteTicks(highestBytes: number, count: number): readonly Tick[] {
  const highest = Math.max(1, highestBytes)
  const [name, bytes] = unitOf(highest)
  const step = Math.max(name === 'B' ? 1 : 0, roundStep(highest / bytes / count))
  const steps = Math.ceil(highest / bytes / step - 1e-9)
  const decimals = decimalsOf(step)
  return Array.from({ length: steps + 1 }, (_, index) => ({
    at: index * step * bytes,
    label: `${decimals === 0 ? formatCount(index * step) : (index * step).toFixed(decimals)} ${name}`,
  }))
}

const [second, minute, hour, day] = [1000, 60_000, 3_600_000, 86_400_000]

const longSteps = [
  ...[10, 20, 30].map((seconds) => seconds * second),
  ...[1, 2, 5, 10, 20, 30].map((minutes) => minutes * minute),
  ...[1, 2, 3, 6, 12].map((hours) => hours * hour),
]

function timeStep(leastMs: number): number {
  if (leastMs <= 10 * second) return roundStep(leastMs)
  return longSteps.find((step) => step >= leastMs) ?? day * roundStep(leastMs / day)
}

const twoDigits = (value: number): string => String(value).padStart(2, '0')

/** A moment on an axis with this distance between its ticks: `0.25 s`, `42 s`, `1:30 min`, `1:05 h`, `1:59:30 h`. */
function momentLabel(timeMs: number, stepMs: number, longestMs: number): string {
  const sign = timeMs < 0 ? '-' : ''
  const size = Math.abs(timeMs)
  if (stepMs < second || longestMs < 2 * minute) return `${sign}${(size / second).toFixed(decimalsOf(stepMs / second))} s`
  const seconds = Math.round(size / second)
  if (longestMs < 2 * hour) {
    const [minutes, rest] = [Math.floor(seconds / 60), seconds % 60]
    return stepMs % minute === 0 ? `${sign}${minutes} min` : `${sign}${minutes}:${twoDigits(rest)} min`
  }
  const clock = `${sign}${Math.floor(seconds / 3600)}:${twoDigits(Math.floor(seconds / 60) % 60)}`
  return stepMs % minute === 0 ? `${clock} h` : `${clock}:${twoDigits(seconds % 60)} h`
}

/** Where an axis of time has ticks: at round moments within it, at most `count` of them. */
export function timeTicks(fromMs: number, toMs: number, count: number): readonly Tick[] {
  const span = toMs - fromMs
  if (!(span > 0)) return [{ at: fromMs, label: momentLabel(fromMs, second, Math.abs(fromMs)) }]
  const step = timeStep(span / Math.max(1, count))
  const first = Math.ceil(fromMs / step - 1e-9)
  const ticks = Math.floor(toMs / step + 1e-9) - first + 1
  const longest = Math.max(Math.abs(fromMs), Math.abs(toMs))
  return Array.from({ length: Math.max(0, ticks) }, (_, index) => ({
    at: (first + index) * step,
    label: momentLabel((first + index) * step, step, longest),
  }))
}

/** A moment since the beginning, for a reader: `0 s`, `730 ms`, `12.4 s`. */
export function formatMoment(timeMs: number | undefined): string {
  return timeMs === 0 ? '0 s' : formatDuration(timeMs)
}
