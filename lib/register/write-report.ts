import { closeSync, openSync, writeFileSync } from 'node:fs'

import type { LineProfile } from '../profile/index.js'
import { lazily } from '../loading/index.js'
import type { TextStyle } from '../report/index.js'
import type { ReportSettings } from './report-settings.js'
import { styleOfStandardError, writeToStandardError } from './standard-error.js'

const report = lazily(() => require('../report/line-profile/index.js') as typeof import('../report/line-profile/index.js'))

/** The profile of a program, to be reported. */
export interface ProgramProfile {
  /** The command, for a title. */
  readonly title: string
  readonly profiles: readonly LineProfile[]
  readonly notes: readonly string[]
}

/** Adds the notes to the first profile: a document of profiles has no other place for them. */
function withNotes({ profiles, notes }: ProgramProfile): readonly LineProfile[] {
  const [first, ...others] = profiles
  return first === undefined ? [] : [{ ...first, notes: [...first.notes, ...notes] }, ...others]
}

function renderText(program: ProgramProfile, settings: ReportSettings, style: TextStyle): string {
  const tables = program.profiles.length === 0 ? '' : report().renderLineProfiles(withNotes(program), settings, style)
  const isUnplaced = program.profiles.length === 0
  return tables + (isUnplaced ? program.notes.map((note) => `${style.warn('allocscope:')} ${note}\n`).join('') : '')
}

/** Tries the files before the program runs: without its report a run would be in vain. Throws what the file system throws. */
export function openReports({ html, output }: ReportSettings): void {
  for (const file of [html, output]) if (file !== undefined) closeSync(openSync(file, 'a'))
}

/** Writes the report to standard error or to the files in `settings`. Synchronous, as the process may end right after. */
export function writeReport(program: ProgramProfile, settings: ReportSettings): void {
  const { json, html, output } = settings
  if (html !== undefined) writeFileSync(html, report().renderLineProfilesHtml(withNotes(program), program.title, settings))
  const style = output === undefined ? styleOfStandardError() : report().plainStyle
  const text = json ? report().renderLineProfilesJson(withNotes(program), settings) : renderText(program, settings, style)
  if (output === undefined) writeToStandardError(text)
  else writeFileSync(output, text)
}
