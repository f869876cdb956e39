import type { CheckRound, HeldBytes, LivePlace, ReleaseCheck } from '../release/index.js'
import { formatByteChange, formatBytes, formatCount } from '../figures/index.js'
import { formatDuration } from './duration-format.js'
import { renderJson } from './json.js'
import { renderProse, renderSection } from './section.js'
import { layOutTable } from './table.js'
import type { TextStyle } from './text-style.js'

interface Holder {
  readonly name: string
  readonly glyph: string
  readonly pick: (held: HeldBytes) => number | undefined
  readonly meaning: string
}

/** Each holder with the letter that fills its part of the bar. */
const holders: readonly Holder[] = [
  { name: 'V8: live objects', glyph: 'J', pick: ({ v8LiveBytes }) => v8LiveBytes, meaning: 'reachable after a full collection' },
  { name: 'external', glyph: 'E', pick: ({ externalBytes }) => externalBytes, meaning: 'array buffers, and what addons declare' },
  { name: 'native', glyph: 'N', pick: ({ nativeBytes }) => nativeBytes, meaning: 'handed out by the allocator, not freed' },
  { name: 'V8: free pages', glyph: 'v', pick: ({ v8FreeBytes }) => v8FreeBytes, meaning: 'committed, without a live object' },
  { name: 'allocator: releasable', glyph: 'r', pick: ({ releasableBytes }) => releasableBytes, meaning: 'free; a purge gives it back' },
  { name: 'allocator: pinned', glyph: 'p', pick: ({ pinnedBytes }) => pinnedBytes, meaning: 'free, on pages that hold something in use' },
  { name: 'thread stacks', glyph: 's', pick: ({ stackBytes }) => stackBytes, meaning: '' },
  { name: 'shared memory', glyph: 'm', pick: ({ sharedMemoryBytes }) => sharedMemoryBytes, meaning: '' },
  { name: 'mapped files', glyph: 'f', pick: ({ fileBytes }) => fileBytes, meaning: "the kernel's cache: not counted" },
  { name: 'unexplained', glyph: '?', pick: ({ unexplainedBytes }) => unexplainedBytes, meaning: "other threads' heaps, compiled code" },
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
  external: 'external memory',
  native: 'native memory',
}

const figureOfPlace: Readonly<Record<LivePlace, (round: CheckRound) => number | undefined>> = {
  'javascript-heap': ({ heap }) => heap.usedBytes,
  external: ({ externalBytes }) => externalBytes,
  native: ({ nativeBytes }) => nativeBytes,
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
export function describeWhatIf({ whatIf, coarse }: ReleaseCheck): string {
  if (coarse) return `No purge was tried in a forked child (${whatIf.reason ?? ''}): what the allocator holds is told coarsely.`
  return `The purge was tried in a forked child (${(whatIf.forkMs ?? 0).toFixed(1)} ms to fork): this process was left as it was.`
}

/** The verdict, the holders, and what to do. */
export function renderVerdict(check: ReleaseCheck, style: TextStyle): string[] {
  const { verdict, summary, advice } = check
  return [
    (verdict === 'returned' ? style.bold : style.warn)(`  ${verdict}`),
    ...renderProse(summary, '  ', style),
    ...renderSection('Where the bytes are', renderHolding(check, style), style),
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
export function renderReleaseCheck(check: ReleaseCheck, subject: string, style: TextStyle): string {
  const { calls, durationMs } = check
  const counted = `${formatCount(calls)} ${calls === 1 ? 'call' : 'calls'}, ${formatDuration(durationMs)}`
  const lines = [style.dim(`${subject}; ${counted}`), '', ...renderTotals(check, style), '', ...renderVerdict(check, style)]
  return `${lines.join('\n')}\n`
}

/** What `allocscope check --json` prints: {@link ReleaseCheck} with `version: 1` and the `subject`. */
export function renderReleaseCheckJson(check: ReleaseCheck, subject: string): string {
  return renderJson({ version: 1, subject, ...check })
}
