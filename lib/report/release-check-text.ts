import type { CheckRound, HeldBytes, LivePlace, ReleaseCheck, TriedRemedies } from '../release/index.js'
import { formatByteChange, formatBytes, formatCount } from '../figures/index.js'
import { renderKeepers } from './check-holders-text.js'
import { formatDuration } from './duration-format.js'
import { renderJson } from './json.js'
import { renderProse, renderSection } from './section.js'
import { layOutTable } from './table.js'
import type { TextStyle } from './text-style.js'
import { renderTriedRemedies } from './tried-remedies-text.js'

interface Holder {
  readonly name: string
  readonly glyph: string
  readonly pick: (held: HeldBytes) => number | undefined
  readonly meaning: string
}

/** Each holder with the letter that fills its part of the bar. */
const holders: readonly Holder[] = [
  { name: 'V8: live objects', glyph: 'J', pick: ({ v8LiveBytes }) => v8LiveBytes, meaning: 'reachable after a full collection' },
  {
    name: 'array buffers',
    glyph: 'B',
    pick: ({ arrayBufferBytes }) => arrayBufferBytes,
    meaning: 'Buffers and array buffers that malloc serves',
  },
  { name: 'shared array buffers', glyph: 'S', pick: ({ sharedArrayBufferBytes }) => sharedArrayBufferBytes, meaning: '' },
  {
    name: 'array buffers elsewhere',
    glyph: 'b',
    pick: ({ elsewhereArrayBufferBytes }) => elsewhereArrayBufferBytes,
    meaning: 'resizable, or made by an allocator within a library',
  },
  { name: 'wasm memories', glyph: 'w', pick: ({ wasmBytes }) => wasmBytes, meaning: '' },
  { name: 'external strings', glyph: 'x', pick: ({ declaredBytes }) => declaredBytes, meaning: 'and what addons declare' },
  { name: 'V8: records', glyph: 'k', pick: ({ recordBytes }) => recordBytes, meaning: 'of pages and buffers, in malloc; at most' },
  {
    name: 'native',
    glyph: 'N',
    pick: ({ nativeBytes }) => nativeBytes,
    meaning: 'handed out by the allocator, not freed, and none of the above',
  },
  { name: "other threads' heaps", glyph: 'o', pick: ({ otherHeapsBytes }) => otherHeapsBytes, meaning: 'garbage included' },
  {
    name: "other threads' buffers",
    glyph: 'O',
    pick: ({ otherExternalBytes }) => otherExternalBytes,
    meaning: 'external strings and what addons declare as well, garbage included',
  },
  { name: 'V8: page pool', glyph: 'l', pick: ({ pagePoolBytes }) => pagePoolBytes, meaning: 'kept for later' },
  { name: 'embedded: in use', glyph: 'e', pick: ({ embeddedBytes }) => embeddedBytes, meaning: 'in allocators within loaded libraries' },
  {
    name: 'embedded: mapped',
    glyph: 'i',
    pick: ({ embeddedMappedBytes }) => embeddedMappedBytes,
    meaning: 'of such allocators that do not tell what is in use',
  },
  { name: 'V8: free pages', glyph: 'v', pick: ({ v8FreeBytes }) => v8FreeBytes, meaning: 'committed, without a live object' },
  { name: 'allocator: releasable', glyph: 'r', pick: ({ releasableBytes }) => releasableBytes, meaning: 'free; a purge gives it back' },
  {
    name: 'embedded: releasable',
    glyph: 'a',
    pick: ({ embeddedReleasableBytes }) => embeddedReleasableBytes,
    meaning: 'free in allocators within libraries; a purge gives it back',
  },
  { name: 'allocator: pinned', glyph: 'p', pick: ({ pinnedBytes }) => pinnedBytes, meaning: 'free, on pages that hold something in use' },
  { name: 'thread stacks', glyph: 's', pick: ({ stackBytes }) => stackBytes, meaning: '' },
  { name: 'shared memory', glyph: 'm', pick: ({ sharedMemoryBytes }) => sharedMemoryBytes, meaning: '' },
  { name: 'mapped files', glyph: 'f', pick: ({ fileBytes }) => fileBytes, meaning: "the kernel's cache: not counted" },
  {
    name: 'unexplained',
    glyph: '?',
    pick: ({ unexplainedBytes }) => unexplainedBytes,
    meaning: 'compiled code, tables; below 0: allocated but never touched',
  },
]

const returnedGlyph = '·'
const widestBar = 72
const narrowestBar = 20

/** How many cells each share of `total` fills. Rounding errors don't add up: all shares together fill the cells of their sum. */
function cellsOf(shares: readonly number[], total: number, width: number): number[] {
  let done = 0
  let filled = 0
  return shares.map((share) => {
    done += share
    const cells = Math.round((done / total) * width) - filled
    filled += cells
    return cells
  })
}

/** The rise of RSS as a bar: who holds which part, and what came back. */
function renderBar({ bytes }: ReleaseCheck, style: TextStyle): string[] {
  const width = Math.max(narrowestBar, Math.min(widestBar, style.width - 6))
  const shares = holders.map(({ pick }) => Math.max(0, pick(bytes.held) ?? 0))
  const held = shares.reduce((sum, share) => sum + share, 0)
  const total = Math.max(held, bytes.peakBytes - bytes.baselineBytes)
  if (total === 0) return []
  const cells = cellsOf([...shares, total - held], total, width)
  const parts = cells.map((count, index) => {
    const glyph = holders[index]?.glyph
    return glyph === undefined ? style.dim(returnedGlyph.repeat(count)) : style.accent(glyph.repeat(count))
  })
  return [`  [${parts.join('')}]`, '']
}

function renderHolders({ bytes }: ReleaseCheck, style: TextStyle): string[] {
  const rows = holders
    .filter(({ pick }) => Math.round((pick(bytes.held) ?? 0) / 1024) !== 0)
    .map(({ name, glyph, pick, meaning }) => [glyph, name, formatByteChange(pick(bytes.held)), meaning])
  const returned = [returnedGlyph, 'returned', formatBytes(bytes.returnedBytes), 'of the peak']
  return layOutTable(
    [{ paint: style.accent }, {}, { align: 'right', paint: style.accent }, { elastic: true, paint: style.dim }],
    [...rows, returned],
    style,
  )
}

/** The rise of RSS as a bar, and a list of who holds which part. */
export function renderHolding(check: ReleaseCheck, style: TextStyle): string[] {
  return [...renderBar(check, style), ...renderHolders(check, style)]
}

function renderTotals({ bytes, allowedBytes }: ReleaseCheck, style: TextStyle): string[] {
  const { baselineBytes, peakBytes, afterBytes, heldBytes } = bytes
  const rows = [
    ['RSS before', formatBytes(baselineBytes), '', ''],
    ['RSS at its peak', formatBytes(peakBytes), formatByteChange(peakBytes - baselineBytes), ''],
    ['RSS after', formatBytes(afterBytes), formatByteChange(heldBytes), `${formatBytes(allowedBytes)} may stay`],
  ]
  const figure = { align: 'right', paint: style.accent } as const
  return layOutTable([{}, figure, figure, { elastic: true, paint: style.dim }], rows, style)
}

const placeNames: Readonly<Record<LivePlace, string>> = {
  'javascript-heap': 'JavaScript heap',
  'other-heaps': "other threads' heaps",
  'other-external': "other threads' buffers",
  'array-buffers': 'array buffers',
  'shared-array-buffers': 'shared array buffers',
  'array-buffers-elsewhere': 'array buffers elsewhere',
  'wasm-memory': 'wasm memories',
  declared: 'external strings, declared',
  native: 'native memory',
  embedded: 'embedded allocators',
  unclaimed: 'without an owner',
}

const figureOfPlace: Readonly<Record<LivePlace, (round: CheckRound) => number | undefined>> = {
  'javascript-heap': ({ heap }) => heap.usedBytes,
  'other-heaps': ({ grown }) => grown.otherHeapsBytes,
  'other-external': ({ grown }) => grown.otherExternalBytes,
  'array-buffers': ({ grown }) => grown.arrayBufferBytes,
  'shared-array-buffers': ({ grown }) => grown.sharedArrayBufferBytes,
  'array-buffers-elsewhere': ({ grown }) => grown.elsewhereBytes,
  'wasm-memory': ({ grown }) => grown.wasmBytes,
  declared: ({ grown }) => grown.declaredBytes,
  native: ({ grown }) => grown.nativeBytes,
  embedded: ({ embeddedBytes }) => embeddedBytes,
  unclaimed: ({ grown }) => grown.unclaimedBytes,
}

function perCall(change: number | undefined, calls: number): string {
  return change === undefined || calls === 0 ? '' : formatByteChange(Math.round(change / calls))
}

/** The rounds that show what grows, place by place. */
function renderRounds({ live, rounds }: ReleaseCheck, style: TextStyle): string[] {
  return live
    .filter(({ grows }) => grows)
    .flatMap(({ where }) => {
      const figures = rounds.map(figureOfPlace[where])
      const rows = rounds.slice(1).map(({ calls }, index) => {
        const [before, after] = [figures[index], figures[index + 1]]
        const change = before === undefined || after === undefined ? undefined : after - before
        return [String(index + 1), formatCount(calls), formatBytes(after), formatByteChange(change), perCall(change, calls)]
      })
      const figure = { align: 'right', paint: style.accent } as const
      const columns = [
        { title: 'round', align: 'right' as const },
        { title: 'calls', align: 'right' as const },
        { title: placeNames[where], ...figure },
        { title: 'change', ...figure },
        { title: 'a call', ...figure },
      ]
      return layOutTable(columns, rows, style)
    })
}

/** Whether a purge was tried, and if not, why. */
export function describeWhatIf({ whatIf, coarse, missing }: ReleaseCheck): string {
  if (!whatIf.made) return `No purge was tried in a forked child (${whatIf.reason ?? ''}): what the allocator holds is told coarsely.`
  const tried = `The purge was tried in a forked child (${(whatIf.forkMs ?? 0).toFixed(1)} ms to fork): this process was left as it was.`
  if (!coarse) return tried
  return `${tried} What the allocator holds is told coarsely: ${missing.map(({ reason }) => reason).join('; ')}.`
}

/** The allocators within libraries, and by how much each grew. */
function renderEmbedded({ embedded }: ReleaseCheck, style: TextStyle): string[] {
  const rows = embedded.map(({ allocator, libraries, allocatedBytes, residentBytes }) => [
    allocator,
    `${formatByteChange(residentBytes)} resident`,
    allocatedBytes === undefined ? '' : `${formatByteChange(allocatedBytes)} in use`,
    libraries.join(', '),
  ])
  const figure = { align: 'right', paint: style.accent } as const
  return layOutTable([{}, figure, figure, { elastic: true, paint: style.dim }], rows, style)
}

/** The verdict, the holders, and what to do. */
export function renderVerdict(check: ReleaseCheck, style: TextStyle): string[] {
  const { verdict, summary, advice } = check
  return [
    (verdict === 'returned' ? style.bold : style.warn)(`  ${verdict}`),
    ...renderProse(summary, '  ', style),
    ...renderSection('Where the bytes are', renderHolding(check, style), style),
    ...renderSection('Who keeps it', renderKeepers(check, style), style),
    ...renderSection('Allocators within loaded libraries', renderEmbedded(check, style), style),
    ...renderSection('Growth, round by round', renderRounds(check, style), style),
    ...renderSection(
      'What to do',
      advice.flatMap((one) => renderProse(one, '  – ', style)),
      style,
    ),
    '',
    ...renderProse(describeWhatIf(check), '', style, style.dim),
  ]
}

/** What `allocscope check` prints. */
export function renderReleaseCheck(check: ReleaseCheck, subject: string, style: TextStyle, tried?: TriedRemedies): string {
  const { calls, durationMs } = check
  const counted = `${formatCount(calls)} ${calls === 1 ? 'call' : 'calls'}, ${formatDuration(durationMs)}`
  const lines = [style.dim(`${subject}; ${counted}`), '', ...renderTotals(check, style), '', ...renderVerdict(check, style)]
  if (tried !== undefined) lines.push(...renderTriedRemedies(tried, style))
  return `${lines.join('\n')}\n`
}

/** What `allocscope check --json` prints: {@link ReleaseCheck} with `version: 1`, the `subject`, and with --try what was `tried`. */
export function renderReleaseCheckJson(check: ReleaseCheck, subject: string, tried?: TriedRemedies): string {
  return renderJson({ version: 1, subject, ...check, ...(tried && { tried }) })
}
