import { formatBytes, formatShare } from '../../figures/index.js'
import type { CourseOwner, FlightGrowth, FlightVerdict, LimitUse } from '../../record/index.js'
import { formatDuration } from '../duration-format.js'

const ownerNames: Readonly<Record<CourseOwner, string>> = {
  files: 'pages of files and shared memory',
  heap: "V8's heap",
  'allocator-in-use': 'the allocator, in use,',
  'allocator-free': 'the allocator, free,',
  allocator: 'the allocator',
  anonymous: 'anonymous memory',
  other: 'memory of no known owner',
}

/** It publishes once a second. An event loop that is late by more than this is blocked, not just busy. */
const patienceMs = 3000

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function growthSentence({ fromBytes, toBytes, overMs, hasGrown, owners }: FlightGrowth, coveredMs: number): string {
  const [most, next] = owners
  const [from, to, grown] = [formatBytes(fromBytes), formatBytes(toBytes), formatBytes(toBytes - fromBytes)]
  if (!hasGrown || most === undefined)
    return `RSS didn't grow: it was ${to} at the end, and ${from} at its lowest in ${formatDuration(coveredMs)}`
  const others = next !== undefined && next.bytes > most.bytes / 4 ? `, ${ownerNames[next.owner]} by ${formatBytes(next.bytes)}` : ''
  const whole = `RSS by ${grown}, from ${from} to ${to}`
  return `${capitalised(ownerNames[most.owner])} grew by ${formatBytes(most.bytes)} in the last ${formatDuration(overMs)}${others} (${whole})`
}

function limitsClause(near: readonly string[], known: boolean): string {
  if (near.length > 0) return `and ${near.join(' and ')} ${near.length > 1 ? 'were' : 'was'} near`
  return known ? 'and no limit was near' : 'and no limit is known'
}

function limitLine(name: string, use: LimitUse | undefined, what: string): string {
  if (use === undefined) return `${name}: not known, or none.`
  const { usedBytes, limitBytes, share, isNear } = use
  return `${name}: ${formatBytes(usedBytes)} of ${formatBytes(limitBytes)}${what}, ${formatShare(share)}${isNear ? ', near' : ''}.`
}

function endingSentence({ end, isRunning }: FlightVerdict): string {
  if (isRunning) return 'The process runs, and is recorded.'
  if (end === undefined) return 'It ended without a word: killed (by SIGKILL, the OOM killer or another signal), or crashed.'
  if (end.reason === 'stopped') return 'The program stopped the recorder.'
  return end.exitCode === undefined ? 'It ended by itself.' : `It ended by itself, with code ${end.exitCode}.`
}

/** What a flight recording tells, a sentence a line: what grew and which limit was near; the limits; how it ended. A limit is near from 90 % on. */
export function flightText(verdict: FlightVerdict): readonly string[] {
  const { growth, container, heap, blockedMs, coveredMs } = verdict
  if (growth === undefined) return ['It has no samples.', endingSentence(verdict)]
  const near = [...(container?.isNear === true ? ["the container's limit"] : []), ...(heap?.isNear === true ? ["V8's heap limit"] : [])]
  const isKnown = container !== undefined || heap !== undefined
  return [
    `${growthSentence(growth, coveredMs)}, ${limitsClause(near, isKnown)}.`,
    limitLine("Container's limit", container, ''),
    limitLine("V8's heap limit", heap, heap?.of === 'old objects' ? ' for old objects' : ''),
    ...(blockedMs !== undefined && blockedMs > patienceMs
      ? [`The event loop hadn't turned for ${formatDuration(blockedMs)}: V8's figures are those of its last collection, or older.`]
      : []),
    endingSentence(verdict),
  ]
}
