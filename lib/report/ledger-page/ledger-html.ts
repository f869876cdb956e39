import { openPage } from '../page-head.js'
import { formatByteChange, formatBytes, formatShare } from '../../figures/index.js'
import type { LedgerDiff, LedgerFigures, LedgerOwner } from '../../ledger/index.js'
import { hashOf } from '../markup.js'
import { drawLedgerMap } from './ledger-map.js'
import type { LedgerMap } from './ledger-map.js'
import { classOf, ownerLooks, shareByOwner } from './ledger-owners.js'
import { ledgerStyle } from './ledger-style.js'
import { drawChanges, drawContainer, drawEvidence, drawGaps, drawLedgerTable, drawStretches, escaped } from './ledger-table.js'

/** One ledger of a page. */
export interface LedgerMoment {
  /** When it was taken: `at exit, after 1.2 s`. */
  readonly title: string
  readonly ledger: LedgerFigures
  /** Against the moment before; undefined for the first. */
  readonly change: LedgerDiff | undefined
}

/** What the page shows. */
export interface LedgerPage {
  /** The program, or the process. */
  readonly subject: string
  /** A line of facts: the command, versions. */
  readonly facts: string
  readonly moments: readonly LedgerMoment[]
  /** What a reader must know of the whole: sentences. */
  readonly notes: readonly string[]
}

/** The headline names this many owners. */
const namedOwners = 5

/** `V8's heap 400.0 MiB (of it 320.0 MiB objects)`. */
function describeOwners(ledger: LedgerFigures): string {
  const shares = shareByOwner(ledger.entries)
  const named = shares.slice(0, namedOwners).map(({ owner, residentBytes, entries }) => {
    const known = entries.filter(({ usedBytes }) => usedBytes !== undefined)
    const objects = known.reduce((sum, entry) => sum + Math.min(entry.usedBytes ?? 0, entry.residentBytes), 0)
    const live =
      known.length === 0 ? '' : ` (of it ${formatBytes(objects)} objects${known.length < entries.length ? ' of the main thread' : ''})`
    return `${escaped(ownerLooks[owner].name)} <b>${formatBytes(residentBytes)}</b>${live}`
  })
  const rest = shares.slice(namedOwners).reduce((sum, { residentBytes }) => sum + residentBytes, 0)
  return [...named, ...(rest === 0 ? [] : [`all others <b>${formatBytes(rest)}</b>`])].join('; ')
}

function drawKey(): string {
  return '<p class="faint">Areas are resident bytes. Hatched: resident, but nothing is in it. The table has every name and figure.</p>'
}

/** Links lead to an element within `details`, as that opens it. */
function drawMoment({ title, ledger, change }: LedgerMoment, index: number, map: LedgerMap, isOpen: boolean): string {
  const { rssBytes, namedFraction } = ledger
  return `<details class="moment"${isOpen ? ' open' : ''}>
<summary><h2>RSS ${formatBytes(rssBytes)} ${escaped(title)}</h2> <span class="faint">${formatShare(namedFraction)} of it named</span></summary>
<p class="owners" id="moment-${index + 1}">Made of ${describeOwners(ledger)}.</p>
${map.markup}
${drawKey()}
${change === undefined ? '' : drawChanges(change)}
<h3>Whose it is</h3>
${drawLedgerTable(ledger)}
${drawStretches(ledger)}
${drawContainer(ledger)}
${drawGaps(ledger)}
</details>`
}

/** Owners in one order for all bars: the largest first, by its largest moment. */
function ownersOf(moments: readonly LedgerMoment[]): readonly LedgerOwner[] {
  const most = new Map<LedgerOwner, number>()
  for (const { ledger } of moments)
    for (const { owner, residentBytes } of shareByOwner(ledger.entries)) most.set(owner, Math.max(residentBytes, most.get(owner) ?? 0))
  return [...most].sort(([, one], [, other]) => other - one).map(([owner]) => owner)
}

const barWidth = 1000

function drawBar({ ledger }: LedgerMoment, owners: readonly LedgerOwner[], highestBytes: number): string {
  const shares = new Map(shareByOwner(ledger.entries).map(({ owner, residentBytes }) => [owner, residentBytes]))
  let at = 0
  const parts = owners.flatMap((owner) => {
    const width = ((shares.get(owner) ?? 0) / highestBytes) * barWidth
    if (width === 0) return []
    const x = at.toFixed(1)
    at += width
    const words = `${ownerLooks[owner].name} ${formatBytes(shares.get(owner))}`
    return [
      `<rect class="${classOf(owner)}" x="${x}" y="0" width="${width.toFixed(1)}" height="20"><title>${escaped(words)}</title></rect>`,
    ]
  })
  return `<svg viewBox="0 0 ${barWidth} 20" preserveAspectRatio="none" role="img" aria-label="RSS ${formatBytes(ledger.rssBytes)}">${parts.join('')}</svg>`
}

/** A bar for each moment, where there are several. */
function drawCourse(moments: readonly LedgerMoment[]): string {
  if (moments.length < 2) return ''
  const highest = Math.max(...moments.map(({ ledger }) => ledger.rssBytes))
  const owners = ownersOf(moments)
  const rows = moments.map((moment, index) => {
    const { title, ledger, change } = moment
    const grown = change === undefined ? '' : formatByteChange(change.grownBytes)
    return (
      `<a href="#moment-${index + 1}">${escaped(title)}</a><output>${formatBytes(ledger.rssBytes)}</output>` +
      `<output class="faint">${grown}</output>${drawBar(moment, owners, highest)}`
    )
  })
  const key = owners.map((owner) => `<li><i class="${classOf(owner)}"></i>${escaped(ownerLooks[owner].name)}</li>`)
  return `<section aria-label="All moments"><h2>RSS, and whose it is, moment by moment</h2><div class="rows">
${rows.join('\n')}
</div><ul class="key">${key.join('')}</ul></section>`
}

/** The ledgers as one HTML file that needs nothing else and runs nothing. */
export function renderLedgerHtml({ subject, facts, moments, notes }: LedgerPage): string {
  const maps = moments.map(({ ledger }, index) => drawLedgerMap(shareByOwner(ledger.entries), ledger.rssBytes, `m${index + 1}`))
  const style = ledgerStyle + maps.map(({ rules }) => rules).join('')
  const policy = `default-src 'none'; base-uri 'none'; form-action 'none'; style-src ${hashOf(style)}`
  const name = escaped(subject)
  const last = moments.length - 1
  const ledgers = moments.map(({ ledger }) => ledger)
  return `${openPage({ title: `${name} – allocscope explain`, policy, style })}<h1><bdi>${name}</bdi></h1>
<p class="faint">${escaped(facts)}</p>
${notes.map((note) => `<p class="odd">${escaped(note)}</p>`).join('\n')}
${drawCourse(moments)}
${moments.map((moment, index) => drawMoment(moment, index, maps[index] as LedgerMap, index === last)).join('\n')}
${moments.length === 0 ? '' : `<section aria-label="How it is known"><h2>How it is known</h2>${drawEvidence(ledgers)}</section>`}
</body>
</html>
`
}
