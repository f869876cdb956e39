import { createHash } from 'node:crypto'
import path from 'node:path'

import type { FunctionProfile, LineProfile, ProfileEnd, ProfileSeries } from '../../../profile/index.js'
import { selectFunctions } from '../profile-selection.js'
import type { ProfileView } from '../profile-selection.js'
import { ProfileSums } from '../profile-sums.js'
import { totalsTables } from '../profile-totals.js'
import { renderFilePage } from './file-page.js'
import type { ShownFile } from './file-page.js'
import { renderIndexPage } from './index-page.js'
import type { ListedFile } from './index-page.js'
import { ProjectFigures } from './project-figures.js'
import type { ReadSource } from './project-figures.js'

/** One page of a site. */
export interface SitePage {
  /** Where it belongs, from the site's folder. */
  readonly place: string
  readonly parts: Iterable<string>
}

/** What a site is made of, besides the profiles. */
export interface SiteOptions {
  readonly title: string
  readonly view: ProfileView
  /** The folder that the names of files are shown from. */
  readonly directory: string
  readonly readSource: ReadSource
}

/** Facts that are the same in many threads are kept once. */
class RunNotes {
  readonly modes = new Set<string>()
  readonly nodeVersions = new Set<string>()
  readonly ends: ProfileEnd[] = []
  readonly notes = new Set<string>()

  add({ mode, nodeVersion, end, notes, uninstrumented }: LineProfile): void {
    this.modes.add(mode)
    this.nodeVersions.add(nodeVersion)
    this.ends.push(end)
    for (const note of notes) this.notes.add(note)
    for (const { file, name, line, reason } of uninstrumented) {
      this.notes.add(`Without figures: ${name ?? 'all'} of ${line === undefined ? file : `${file}:${line}`}: ${reason}`)
    }
  }
}

/** The folder of files' pages, within the site's. */
export const filesFolder = 'files'

/** A name that any file system takes. Its hash keeps apart what else is the same, also where capitals don't count. */
function pageName(file: string, name: string): string {
  const readable = name.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[-.]+/, '')
  return `${readable.slice(-60)}-${createHash('sha256').update(file).digest('hex').slice(0, 12)}.html`
}

function nameFrom(directory: string, file: string): string {
  const relative = path.relative(directory, file)
  return relative === '' || relative.startsWith('..') || !path.isAbsolute(file) ? file : relative
}

function sumUp(functions: readonly FunctionProfile[]): Pick<ShownFile, 'allocatedBytes' | 'incrementBytes' | 'peakRssBytes'> {
  const peak = functions.reduce((highest, { peakRssBytes }) => Math.max(highest, peakRssBytes ?? 0), 0)
  return {
    allocatedBytes: functions.reduce((sum, { allocatedBytes }) => sum + allocatedBytes, 0),
    incrementBytes: functions.reduce((sum, { incrementBytes }) => sum + incrementBytes, 0),
    peakRssBytes: peak > 0 ? peak : undefined,
  }
}

function countLines(functions: readonly FunctionProfile[]): number {
  return new Set(functions.flatMap(({ lines }) => lines.filter(({ occurrences }) => occurrences > 0).map(({ line }) => line))).size
}

/**
 * The pages of a project: one for each file, with its source and the figures of its lines summed over all threads, and last `index.html`, which lists them.
 * Only one file's page is in memory at a time; of the others, the figures of their profiled lines are.
 */
export function* renderProjectSite(profiles: ProfileSeries, { title, view, directory, readSource }: SiteOptions): Generator<SitePage> {
  const [figures, sums, run] = [new ProjectFigures(readSource), new ProfileSums(), new RunNotes()]
  for (const profile of profiles) {
    figures.add(profile)
    sums.add(profile)
    run.add(profile)
  }
  const listed: ListedFile[] = []
  let hidden = 0
  for (const file of figures.files) {
    const { functions: all, texts } = figures.profileOf(file)
    const { shown: functions, hiddenCount } = selectFunctions({ functions: all }, view)
    hidden += hiddenCount
    if (functions.length === 0) continue
    const [name, totals] = [nameFrom(directory, file), sumUp(functions)]
    const place = `${filesFolder}/${pageName(file, name)}`
    listed.push({ name, href: place, ...totals, functions: functions.length, lines: countLines(functions) })
    yield { place, parts: renderFilePage({ name, title, functions, texts, ...totals, columns: view.columns }) }
  }
  if (hidden > 0) run.notes.add(`Left out by --min: ${hidden} ${hidden === 1 ? 'function' : 'functions'}.`)
  const { modes, nodeVersions, ends, notes } = run
  const facts = { title, modes, nodeVersions, ends, notes, totals: totalsTables(sums.totals(), view) }
  yield { place: 'index.html', parts: renderIndexPage(listed, facts) }
}
