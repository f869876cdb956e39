import { formatByteChange, formatBytes, formatShare } from '../figures/index.js'
import type { RunningCheck, StayingReason } from '../release/index.js'
import { formatDuration, formatMicros } from './duration-format.js'
import { renderProse, renderSection } from './section.js'
import { layOutTable } from './table.js'
import type { TextStyle } from './text-style.js'

const reasonTexts: Readonly<Record<StayingReason, readonly [what: string, why: string]>> = {
  'live-javascript': ['JavaScript objects', 'live: a full collection left them'],
  'live-buffers': ['Buffers and array buffers', 'live: JavaScript objects keep them'],
  wasm: ['wasm memories', 'live: JavaScript objects keep them'],
  'native-in-use': ['native memory', 'in use: not freed by native code, V8, or other threads'],
  'v8-free': ["V8's free pages", 'kept by V8 between and beside its objects'],
  heaps: ["V8's heaps", 'live, garbage or free, which is not told apart here'],
  'other-heaps': ["workers' heaps", 'their own threads alone can collect them'],
  'allocator-free': ['free in the allocator', 'shares its pages with something in use, or was freed since'],
  allocator: ['the allocator', 'in use or free, which is not told apart here'],
  embedded: ['allocators within libraries', 'in use or free, which is not told apart here'],
  files: ['files', 'code and data that the kernel can read again'],
  stacks: ['thread stacks', 'of the threads that run'],
  'shared-memory': ['shared memory', 'of whoever shares it'],
  runtime: ['runtime', "the loader's, the kernel's, and V8's code and tables"],
  'given-up': ['given up', 'the kernel takes it when it needs it'],
  unexplained: ['unexplained', 'nobody claims it'],
}

function describeRest({ rounds, atRest, grownBytes }: RunningCheck): string {
  const [first, earlier, last] = [rounds[0], rounds.at(-2), rounds.at(-1)]
  if (atRest === undefined || grownBytes === undefined || first === undefined || earlier === undefined || last === undefined) {
    return 'One release was made: whether the program is at rest, and what grows, is not told.'
  }
  const over = `From the first release to the last, ${formatDuration(last.atMs - first.atMs)} later, RSS after a release changed by ${formatByteChange(grownBytes)}.`
  if (atRest) return `The program is at rest: the last release found next to nothing more. ${over}`
  const [from, to, end] = [earlier.after.rssBytes, last.before.rssBytes, last.after.rssBytes].map(formatBytes)
  return `The program is at work: RSS was ${from} after one release, ${to} before the last and ${end} after it. What is given back comes again, and what stays is of its moment. ${over}`
}

/** What releases gave back, and why the rest stayed: `allocscope attach <pid> check-release`. */
export function renderRunningCheck(check: RunningCheck, subject: string, style: TextStyle): string {
  const { rounds, rssBytes, stays, gaps, durationMs, longestStallMs } = check
  const roundRows = rounds.map(({ atMs, before, returnedBytes, after }) => [
    formatDuration(atMs),
    formatBytes(before.rssBytes),
    formatBytes(returnedBytes),
    formatBytes(after.rssBytes),
    formatBytes(after.heap.usedBytes),
    formatBytes(after.heap.externalBytes),
  ])
  const titles = ['at', 'RSS before', 'given back', 'RSS after', "V8's objects", 'external']
  const roundTable = layOutTable(
    titles.map((title) => ({ title, align: 'right' as const })),
    roundRows,
    style,
  )
  const stayRows = stays
    .filter(({ bytes }) => bytes > 0)
    .map(({ reason, bytes }) => [reasonTexts[reason][0], formatBytes(bytes), formatShare(bytes / rssBytes), reasonTexts[reason][1]])
  const stayTable = layOutTable(
    [{}, { align: 'right', paint: style.accent }, { align: 'right' }, { elastic: true, paint: style.dim }],
    stayRows,
    style,
  )
  const cost = `It took ${formatDuration(durationMs)}, and a release stalled the event loop for ${formatMicros(longestStallMs * 1000)} at the most.`
  const lines = [
    style.dim(subject),
    ...renderSection('Releases', roundTable, style),
    ...renderSection(`Why ${formatBytes(rssBytes)} stay`, stayTable, style),
    '',
    ...renderProse(describeRest(check), '', style),
    ...gaps.flatMap((gap) => renderProse(gap, '! ', style)),
    '',
    style.dim(cost),
  ]
  return `${lines.join('\n')}\n`
}
