import { closeSync, openSync, writeFileSync } from 'node:fs'

import type { LineProfile } from '../profile/index.js'
import { lazily } from '../loading/index.js'
import type { TextStyle } from '../report/index.js'
import type { ReportSettings } from './report-settings.js'
import { styleOfStandardError, writeToStandardError } from './standard-error.js'

const report = lazily(() => require('../report/line-profile/index.js') as typeof import('../report/line-profile/index.js'))

/** What is to be reported of a program that was profiled. */
export interface ProgramProfile {
  /** The command, for a title. */
  readonly title: string
  readonly profiles: readonly LineProfile[]
  readonly notes: readonly string[]
}

/** The notes stand with the first profile: a document of profiles has no other place that a reader looks at. */
function withNotes({ profiles, notes }: ProgramProfile): readonly LineProfile[] {
  const [first, ...others] = profiles
  return first === undefined ? [] : [{ ...first, notes: [...first.notes, ...notes] }, ...others]
}

function renderText(program: ProgramProfile, settings: ReportSettings, style: TextStyle): string {
  const tables = program.profiles.length === 0 ? '' : report().renderLineProfiles(withNotes(program), settings, style)
  const isUnplaced = program.profiles.length === 0
  return tables + (isUnplaced ? program.notes.map((note) => `${style.warn('allocscope:')} ${note}\n`).join('') : '')
}

/** Opened before the program runs: a report that can't be written should not cost a run. Throws what the file system throws. */
export function openReports({ html, output }: ReportSettings): void {
  for (const file of [html, output]) if (file !== undefined) closeSync(openSync(file, 'a'))
}

/** Writes the report to standard error or to the files that `settings` name. Synchronous: it may be the last thing that a process does. */
export function writeReport(program: ProgramProfile, settings: ReportSettings): void {
  const { json, html, output } = settings
  if (html !== undefined) writeFileSync(html, report().renderLineProfilesHtml(withNotes(program), program.title, settings))
  const style = output === undefined ? styleOfStandardError() : report().plainStyle
  const text = json ? report().renderLineProfilesJson(withNotes(program), settings) : renderText(program, settings, style)
  if (output === undefined) writeToStandardError(text)
  else writeFileSync(output, text)
}
