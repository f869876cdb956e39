import { formatByteChange, formatBytes, formatCount, formatShare } from '../figures/index.js'
import type { LedgerDiff, LedgerEntry, LedgerEvidence, LedgerFigures, LedgerOwner, LimitForecast } from '../ledger/index.js'
import { containerText } from './container-text.js'
import { printable } from './display-width.js'
import { formatDuration, formatMicros } from './duration-format.js'
import { renderProse, renderSection } from './section.js'
import { layOutTable } from './table.js'
import type { TextStyle } from './text-style.js'

const ownerTexts: Readonly<Record<LedgerOwner, string>> = {
  'v8-heap': "V8's heap",
  'v8-read-only': "V8's constants",
  'v8-code-range': "V8's code range",
  'v8-tables': "V8's tables",
  'v8-page-pool': "V8's page pool",
  'array-buffers': 'array buffers',
  'malloc-in-use': 'malloc, in use',
  'malloc-free': 'malloc, free but kept',
  malloc: 'malloc',
  'embedded-allocator': 'embedded allocators',
  'wasm-memory': 'wasm memories',
  'thread-stack': 'thread stacks',
  'shared-memory': 'shared memory',
  file: 'files',
  runtime: 'loader and libraries',
  kernel: 'kernel',
  'lazy-free': 'given up, not taken yet',
  unexplained: 'unexplained',
}

const evidenceTexts: Readonly<Record<LedgerEvidence, string>> = {
  counted: '',
  inferred: 'by its looks',
  bounded: 'bounded',
  'by-elimination': 'what is left',
}

const residencyTexts: Readonly<Record<LedgerFigures['residencyFrom'], string>> = {
  'page-tables': 'the page tables',
  smaps: '/proc/<pid>/smaps',
}

/** Entries of one owner that are less than this share of RSS are one line. */
const smallestShare = 0.002

const barWidth = 24

function drawBar(share: number): string {
  return share <= 0 ? '' : '█'.repeat(Math.max(1, Math.round(share * barWidth)))
}

function sumOf(entries: readonly LedgerEntry[]): number {
  return entries.reduce((sum, { residentBytes }) => sum + residentBytes, 0)
}

function entryRow({ detail, residentBytes, usedBytes, evidence }: LedgerEntry): readonly string[] {
  const used = usedBytes === undefined || residentBytes === 0 ? '' : `${formatBytes(Math.min(usedBytes, residentBytes))} objects`
  const notes = [used, evidenceTexts[evidence]].filter((note) => note !== '').join(', ')
  return [`  ${printable(detail)}`, formatBytes(residentBytes), '', notes]
}

/** An owner's line, and below it a line for each entry that is worth one. */
function ownerRows(owner: LedgerOwner, entries: readonly LedgerEntry[], rssBytes: number): readonly (readonly string[])[] {
  const total = sumOf(entries)
  const head = [ownerTexts[owner], formatBytes(total), formatShare(total / rssBytes), drawBar(total / rssBytes)]
  const large = entries.filter(({ residentBytes }) => residentBytes >= rssBytes * smallestShare)
  const small = entries.filter((entry) => !large.includes(entry) && entry.residentBytes > 0)
  const rest = small.length === 0 ? [] : [[`  ${formatCount(small.length)} smaller`, formatBytes(sumOf(small)), '', '']]
  return [head, ...large.map(entryRow), ...rest]
}

function groupByOwner(entries: readonly LedgerEntry[]): readonly (readonly [LedgerOwner, readonly LedgerEntry[]])[] {
  const owners = [...new Set(entries.map(({ owner }) => owner))]
  const groups = owners.map((owner) => [owner, entries.filter((entry) => entry.owner === owner)] as const)
  const named = groups.filter(([owner, of]) => owner !== 'unexplained' && sumOf(of) > 0)
  named.sort(([, one], [, other]) => sumOf(other) - sumOf(one))
  return [...named, ...groups.filter(([owner]) => owner === 'unexplained')]
}

function renderUnexplained({ unexplained, unexplainedBytes, rssBytes }: LedgerFigures, style: TextStyle): readonly string[] {
  if (unexplainedBytes < rssBytes * smallestShare) return []
  const largest = unexplained.slice(0, 5)
  const rows = largest.map(({ begin, end, residentBytes }) => [`${begin} to ${end}`, formatBytes(residentBytes)])
  return renderSection('Largest stretches without an owner', layOutTable([{}, { align: 'right' }], rows, style), style)
}

/** What the kernel has for the process beside RSS, or holds in it: a sentence, for what there is of it. */
function describeKernelMemory({ pageTableBytes, pinnedBytes = 0, swapBytes = 0 }: LedgerFigures): readonly string[] {
  const tables = pageTableBytes === undefined ? [] : [`page tables ${formatBytes(pageTableBytes)}`]
  const swap = swapBytes > 0 ? [`swapped out ${formatBytes(swapBytes)}`] : []
  const beside = [...tables, ...swap].join(', ')
  return [
    ...(beside === '' ? [] : [`Beside RSS: ${beside}.`]),
    ...(pinnedBytes > 0 ? [`${formatBytes(pinnedBytes)} are pinned: the kernel can neither move nor swap them.`] : []),
  ]
}

/** The ledger as a table with bars, owner by owner. */
export function renderLedger(ledger: LedgerFigures, subject: string, style: TextStyle): string {
  const { rssBytes, namedFraction, entries, gaps, costMicros, hugePageBytes, residencyFrom } = ledger
  const rows = groupByOwner(entries).flatMap(([owner, of]) => ownerRows(owner, of, rssBytes))
  const columns = [
    { elastic: true },
    { align: 'right', paint: style.accent },
    { align: 'right' },
    { elastic: true, paint: style.dim },
  ] as const
  const huge = hugePageBytes > 0 ? [`${formatBytes(hugePageBytes)} of it on transparent huge pages, touched or not.`] : []
  const lines = [
    style.bold(`${printable(subject)}: RSS ${formatBytes(rssBytes)}, ${formatShare(namedFraction)} of it named`),
    '',
    ...layOutTable(columns, rows, style),
    ...renderUnexplained(ledger, style),
    ...containerText(ledger.container, rssBytes, style),
    '',
    ...[
      ...huge,
      ...describeKernelMemory(ledger),
      ...gaps,
      `Read in ${formatMicros(costMicros)}, from ${residencyTexts[residencyFrom]}.`,
    ].flatMap((text) => renderProse(text, '  ', style, style.dim)),
  ]
  return `${lines.join('\n')}\n`
}

/** What grew and shrank, by owner. */
export function renderLedgerDiff({ rssBytes, grownBytes, entries }: LedgerDiff, style: TextStyle): string {
  const shown = entries.slice(0, 20)
  const rows = shown.map(({ owner, detail, grownBytes: grown, residentBytes }) => [
    ownerTexts[owner],
    printable(detail),
    formatByteChange(grown),
    formatBytes(residentBytes),
  ])
  const columns = [
    {},
    { elastic: true },
    { align: 'right', paint: style.accent, title: 'change' },
    { align: 'right', title: 'now' },
  ] as const
  const title = style.bold(`RSS ${formatByteChange(grownBytes)} since the last ledger, now ${formatBytes(rssBytes)}`)
  return `${[title, '', ...layOutTable(columns, rows, style)].join('\n')}\n`
}

/** When the control group is at its limit, with what the figure rests on. */
export function describeLimitForecast({ group, grownBytes, basisMs, timeToLimitMs }: LimitForecast): string {
  const rose = `${formatByteChange(grownBytes)} in ${formatDuration(basisMs)} since the last ledger`
  if (timeToLimitMs === 0) return `${printable(group)} is at its limit: ${rose}.`
  return `At this rate ${printable(group)} is at its limit in ${formatDuration(timeToLimitMs)}: ${rose}, page cache included.`
}

/** The sentence of {@link describeLimitForecast}, as lines. */
export function renderLimitForecast(forecast: LimitForecast, style: TextStyle): string {
  return `${renderProse(describeLimitForecast(forecast), '  ', style).join('\n')}\n`
}
