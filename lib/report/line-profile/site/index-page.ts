import type { ProfileEnd } from '../../../profile/index.js'
import { formatByteChange, formatBytes, formatCount, formatShare } from '../../../figures/index.js'
import type { TotalsTable } from '../page/page-state.js'
import { nestingCaveat } from '../profile-totals.js'
import { bar, pageEnd, pageHead, totalsSection, visible } from './site-markup.js'

/** A file in the list of files. */
export interface ListedFile {
  /** Its path as a reader knows it. */
  readonly name: string
  /** Where its page is, from the list. */
  readonly href: string
  readonly allocatedBytes: number
  readonly incrementBytes: number
  readonly peakRssBytes: number | undefined
  readonly functions: number
  /** Lines that were executed in profiled functions. */
  readonly lines: number
}

/** What the list of files says besides them. */
export interface RunFacts {
  readonly title: string
  readonly modes: ReadonlySet<string>
  readonly nodeVersions: ReadonlySet<string>
  readonly ends: readonly ProfileEnd[]
  readonly totals: readonly TotalsTable[]
  readonly notes: ReadonlySet<string>
}

const endings: Readonly<Record<ProfileEnd, string>> = { exit: '', signal: 'ended by a signal', crash: 'crashed', running: 'still running' }

function chipsOf({ modes, nodeVersions, ends }: RunFacts, files: number): string[] {
  const threads = ends.length === 1 ? [] : [`${formatCount(ends.length)} threads`]
  const counted = new Map<string, number>()
  for (const end of ends) counted.set(endings[end], (counted.get(endings[end]) ?? 0) + 1)
  counted.delete('')
  const ended = [...counted].map(([text, count]) => (ends.length === 1 ? text : `${formatCount(count)} ${text}`))
  const kinds = [...[...modes].map((mode) => `${mode} mode`), ...[...nodeVersions].map((version) => `Node ${version}`)]
  return [`${formatCount(files)} ${files === 1 ? 'file' : 'files'}`, ...kinds, ...threads, ...ended]
}

function fileRow(file: ListedFile, sum: number, most: number): string {
  const { name, href, allocatedBytes, incrementBytes, peakRssBytes, functions, lines } = file
  return (
    `<tr><td><a href="${href}">${visible(name)}</a></td><td>${formatBytes(allocatedBytes)}${bar(allocatedBytes / most)}</td>` +
    `<td>${formatShare(sum > 0 ? allocatedBytes / sum : 0)}</td><td>${formatByteChange(incrementBytes)}</td>` +
    `<td>${formatBytes(peakRssBytes)}</td><td>${formatCount(functions)}</td><td>${formatCount(lines)}</td></tr>`
  )
}

/** The list of a project's files, those that allocated most first, in parts. */
export function* renderIndexPage(files: readonly ListedFile[], facts: RunFacts): Generator<string> {
  const sorted = [...files].sort((one, other) => other.allocatedBytes - one.allocatedBytes || (one.name < other.name ? -1 : 1))
  const sum = sorted.reduce((total, { allocatedBytes }) => total + allocatedBytes, 0)
  const most = sorted[0]?.allocatedBytes ?? 0
  const titles = ['File', 'Allocated', 'Share', 'Net', 'Peak RSS', 'Functions', 'Lines run']
  yield pageHead(facts.title, `<small>allocscope profile</small><bdi>${visible(facts.title)}</bdi>`, chipsOf(facts, files.length))
  yield `<section class="files" aria-label="Files"><div class="scroll"><table><thead><tr>${titles.map((title) => `<th scope="col">${title}</th>`).join('')}</tr></thead><tbody>\n`
  for (const file of sorted) yield `${fileRow(file, sum, most)}\n`
  yield `</tbody></table></div>${sorted.length === 0 ? '<p class="empty">No function ran under the profiler.</p>' : ''}</section>\n`
  yield totalsSection(facts.totals)
  const isNested = facts.totals.length === 0 && sorted.reduce((count, { functions }) => count + functions, 0) > 1
  const notes = [...(isNested ? [nestingCaveat] : []), ...facts.notes]
  if (notes.length > 0) {
    yield `<section class="notes" aria-label="Notes"><ul>${notes.map((note) => `<li>${visible(note)}</li>`).join('\n')}</ul></section>\n`
  }
  yield pageEnd
}
