import { closeSync, openSync, writeFileSync } from 'node:fs'

import { lazily } from '../loading/index.js'
import { mapProfiles, someProfile } from '../profile/load/index.js'
import type { ProfileSeries } from '../profile/index.js'
import type { TextStyle } from '../report/index.js'
import type { ReportSettings } from './report-settings.js'
import { styleOfStandardError, writeToStandardError } from './standard-error.js'
import { isSite, openSite, writeSite } from './write-site.js'

const report = lazily(() => require('../report/line-profile/index.js') as typeof import('../report/line-profile/index.js'))

/** The profile of a program, to be reported. */
export interface ProgramProfile {
  /** The command, for a title. */
  readonly title: string
  readonly profiles: ProfileSeries
  readonly notes: readonly string[]
}

/** Adds the notes to the first profile: a document of profiles has no other place for them. */
function withNotes({ profiles, notes }: ProgramProfile): ProfileSeries {
  return mapProfiles(profiles, (profile, index) => (index === 0 ? { ...profile, notes: [...profile.notes, ...notes] } : profile))
}

function renderText(program: ProgramProfile, settings: ReportSettings, style: TextStyle): Iterable<string> {
  if (someProfile(program.profiles, () => true)) return report().renderLineProfiles(withNotes(program), settings, style)
  return program.notes.map((note) => `${style.warn('allocscope:')} ${note}\n`)
}

/** Each part is written before the next one is made. */
function writeParts(file: string, parts: Iterable<string>): void {
  const descriptor = openSync(file, 'w')
  try {
    for (const part of parts) writeFileSync(descriptor, part)
  } finally {
    closeSync(descriptor)
  }
}

/** Tries the files before the program runs: without its report a run would be in vain. Throws what the file system throws. */
export function openReports({ html, output }: ReportSettings): void {
  const site = html !== undefined && isSite(html) ? html : undefined
  if (site !== undefined) openSite(site)
  for (const file of [site === undefined ? html : undefined, output]) if (file !== undefined) closeSync(openSync(file, 'a'))
}

/** Writes the report to standard error or to the files in `settings`. Synchronous, as the process may end right after. */
export function writeReport(program: ProgramProfile, settings: ReportSettings): void {
  const { json, html, output } = settings
  if (html !== undefined && isSite(html)) writeSite(html, { ...program, profiles: withNotes(program) }, settings)
  else if (html !== undefined) writeParts(html, report().renderLineProfilesHtml(withNotes(program), program.title, settings))
  const style = output === undefined ? styleOfStandardError() : report().plainStyle
  const parts = json ? report().renderLineProfilesJson(withNotes(program), settings) : renderText(program, settings, style)
  if (output !== undefined) writeParts(output, parts)
  else for (const part of parts) writeToStandardError(part)
}
