import { formatByteChange, formatBytes, formatCount, formatShare } from '../../figures/index.js'
import type { LedgerDiff, LedgerEntry, LedgerEvidence, LedgerFigures } from '../../ledger/index.js'
import { containerFigures } from '../container-text.js'
import { printable } from '../display-width.js'
import { formatMicros } from '../duration-format.js'
import { escapeMarkup } from '../markup.js'
import { classOf, evidenceLooks, ownerLooks, shareByOwner, sumResident } from './ledger-owners.js'
import type { OwnerShare } from './ledger-owners.js'

/** Text for a document. Names of files and threads may contain anything. */
export function escaped(text: string): string {
  return escapeMarkup(printable(text))
}

/** Entries smaller than this share of RSS are one line for each owner. */
const smallestShare = 0.0005

/** A single small entry keeps its line. */
function foldSmall(
  entries: readonly LedgerEntry[],
  smallestBytes: number,
): readonly [large: readonly LedgerEntry[], small: readonly LedgerEntry[]] {
  const large = entries.filter(({ residentBytes }) => residentBytes >= smallestBytes)
  const small = entries.filter((entry) => !large.includes(entry))
  return small.length === 1 ? [entries, []] : [large, small]
}

function entryRow({ detail, residentBytes, usedBytes, evidence }: LedgerEntry, rssBytes: number): string {
  const objects = usedBytes === undefined ? '' : ` <small>${formatBytes(Math.min(usedBytes, residentBytes))} objects</small>`
  return (
    `<tr><th scope="row"><bdi>${escaped(detail)}</bdi>${objects}</th><td>${formatBytes(residentBytes)}</td>` +
    `<td>${formatShare(residentBytes / rssBytes)}</td><td class="word">${evidenceLooks[evidence].name}</td></tr>`
  )
}

function ownerBody({ owner, residentBytes, entries }: OwnerShare, rssBytes: number): string {
  const [large, small] = foldSmall(entries, rssBytes * smallestShare)
  const [share, bytes] = [formatShare(residentBytes / rssBytes), formatBytes(residentBytes)]
  const head =
    `<tr class="line of"><th scope="rowgroup"><i class="${classOf(owner)}"></i>${escaped(ownerLooks[owner].name)}</th>` +
    `<td>${bytes}</td><td>${share}</td><td></td></tr>`
  const rest = formatBytes(sumResident(small))
  const restRow =
    small.length === 0
      ? ''
      : `<tr class="line"><th scope="row">${formatCount(small.length)} smaller</th><td>${rest}</td><td>${formatShare(sumResident(small) / rssBytes)}</td><td></td></tr>`
  return `<tbody>${head}${large.map((entry) => entryRow(entry, rssBytes)).join('\n')}${restRow}</tbody>`
}

/** Every owner with its entries. What has no owner stands last. */
export function drawLedgerTable({ entries, rssBytes }: LedgerFigures): string {
  const shares = shareByOwner(entries)
  const named = shares.filter(({ owner }) => owner !== 'unexplained')
  const ordered = [...named, ...shares.filter(({ owner }) => owner === 'unexplained')]
  const titles = ['owner and detail', 'resident', 'share', 'how it is known']
  const head = titles.map((title, index) => `<th scope="col"${index === 3 ? ' class="word"' : ''}>${title}</th>`).join('')
  const bodies = ordered.map((share) => ownerBody(share, rssBytes)).join('\n')
  const total = `<tfoot><tr class="line"><th scope="row">RSS</th><td>${formatBytes(rssBytes)}</td><td>${formatShare(1)}</td><td></td></tr></tfoot>`
  return `<table class="ledger"><thead><tr>${head}</tr></thead>\n${bodies}\n${total}</table>`
}

/** What the words of the last column mean, of those that occur. */
export function drawEvidence(ledgers: readonly LedgerFigures[]): string {
  const used = new Set(ledgers.flatMap(({ entries }) => entries.map(({ evidence }) => evidence)))
  const known = (Object.keys(evidenceLooks) as LedgerEvidence[]).filter((evidence) => used.has(evidence))
  const items = known.map((evidence) => `<dt>${evidenceLooks[evidence].name}</dt><dd>${escaped(evidenceLooks[evidence].meaning)}</dd>`)
  return `<dl>${items.join('')}</dl>`
}

/** What grew and shrank, the largest change first. */
export function drawChanges({ entries, grownBytes }: LedgerDiff): string {
  const shown = entries.slice(0, 20)
  const rows = shown.map(
    ({ owner, detail, grownBytes: grown, residentBytes }) =>
      `<tr><th scope="row"><i class="${classOf(owner)}"></i>${escaped(ownerLooks[owner].name)}: <bdi>${escaped(detail)}</bdi></th>` +
      `<td>${formatByteChange(grown)}</td><td>${formatBytes(residentBytes)}</td></tr>`,
  )
  const rest = entries.slice(shown.length)
  const restBytes = rest.reduce((sum, { grownBytes: grown }) => sum + grown, 0)
  const restRow =
    rest.length === 0
      ? ''
      : `<tr><th scope="row">${formatCount(rest.length)} smaller changes</th><td>${formatByteChange(restBytes)}</td><td></td></tr>`
  const head = '<thead><tr><th scope="col">what changed</th><th scope="col">change</th><th scope="col">now</th></tr></thead>'
  return (
    `<h3>RSS ${formatByteChange(grownBytes)} since the ledger before</h3>` +
    `<table class="changes">${head}<tbody>${rows.join('\n')}${restRow}</tbody></table>`
  )
}

/** The control group, which RSS is a part of. */
export function drawContainer({ container, rssBytes }: LedgerFigures): string {
  const { title, rows, sentence, notes } = containerFigures(container, rssBytes)
  const lines = rows.map(
    ([name, figure, meaning]) =>
      `<tr><th scope="row"${name.startsWith(' ') ? ' class="part"' : ''}>${escaped(name.trim())}</th><td>${escaped(figure)}</td>` +
      `<td class="word">${escaped(meaning ?? '')}</td></tr>`,
  )
  const table = lines.length === 0 ? '' : `<table class="group"><tbody>${lines.join('\n')}</tbody></table>`
  const items = notes.map((note) => `<li>${escaped(note)}</li>`).join('')
  return `<h3>${escaped(title)}</h3><p>${escaped(sentence)}</p>${table}${items === '' ? '' : `<ul>${items}</ul>`}`
}

/** Addresses without an owner, for whoever looks them up. */
export function drawStretches({ unexplained }: LedgerFigures): string {
  if (unexplained.length === 0) return ''
  const rows = unexplained.map(
    ({ begin, end, residentBytes }) =>
      `<tr><td class="word">${escaped(`${begin} to ${end}`)}</td><td>${formatBytes(residentBytes)}</td></tr>`,
  )
  const head = '<thead><tr><th scope="col">addresses without an owner</th><th scope="col">resident</th></tr></thead>'
  return `<details><summary>Largest stretches without an owner</summary><table class="stretches">${head}<tbody>${rows.join('\n')}</tbody></table></details>`
}

/** What couldn't be told apart, and what the reading cost. */
export function drawGaps({ gaps, hugePageBytes, hugetlbBytes, costMicros }: LedgerFigures): string {
  const notes = [
    ...(hugePageBytes > 0 ? [`${formatBytes(hugePageBytes)} of RSS on transparent huge pages, touched or not.`] : []),
    ...(hugetlbBytes > 0 ? [`${formatBytes(hugetlbBytes)} on pages of hugetlbfs, beside RSS.`] : []),
    ...gaps,
    `Read in ${formatMicros(costMicros)}.`,
  ]
  return `<h3>What couldn't be told apart, and what it cost</h3><ul>${notes.map((note) => `<li>${escaped(note)}</li>`).join('')}</ul>`
}
