import { isMainThread } from 'node:worker_threads'

import { createRecordFolder, isProfiling, joinRun, readRun, removeRecord, runOfWorker, settingsVariable } from '../profile/load/index.js'
import type { LineProfile, ProfiledRun } from '../profile/index.js'
import { watchForCrash } from './crash-watch.js'
import { hidePreload, preloadsAfter, takeVariable } from '../program/index.js'
import { parseSettings } from './report-settings.js'
import type { ReportSettings } from './report-settings.js'
import { openReports, writeReport } from './write-report.js'

// `allocscope/register`: profiles the program that it is loaded into, before the program is, and prints the profile when the program ends.

const usageCode = 2

/** The names by which a program may be told to load this file, as a user writes them. */
const ownNames = /^(?:allocscope\/register|.*[/\\](?:allocscope|dist)[/\\](?:dist[/\\])?register[/\\]register\.m?js)$/

function isOwn(name: string): boolean {
  return ownNames.test(name)
}

/** A profile that can't be taken as asked for should not cost a run. */
function readSettings(): ReturnType<typeof parseSettings> {
  const text = takeVariable(settingsVariable)
  try {
    const settings = parseSettings(text)
    openReports(settings.report)
    return settings
  } catch (error) {
    const { message, code = 'ERR_INVALID_ARG_VALUE' } = error as NodeJS.ErrnoException
    process.stderr.write(`allocscope: ${settingsVariable}: ${message} [${code}]\n`)
    process.exit(usageCode)
  }
}

function orderNote(later: readonly string[], profiles: readonly LineProfile[]): readonly string[] {
  if (later.length === 0 || profiles.some(({ functions }) => functions.length > 0)) return []
  return [`${later.join(', ')} was loaded after allocscope/register, and hides what it loads: put --import allocscope/register last.`]
}

function printAtExit(run: ProfiledRun, report: ReportSettings, title: string, later: readonly string[]): void {
  const { pid } = process
  process.on('exit', () => {
    const { profiles, notes } = readRun(run)
    const told = profiles.map((profile) =>
      profile.pid === pid && profile.end === 'running' ? { ...profile, end: 'exit' as const } : profile,
    )
    writeReport({ title, profiles: told, notes: [...notes, ...orderNote(later, told)] }, report)
    removeRecord(run)
  })
}

function begin(later: readonly string[]): void {
  const { load, report } = readSettings()
  const run: ProfiledRun = { settings: load, folder: createRecordFolder() }
  const title = process.argv.slice(1).join(' ')
  watchForCrash({ run, report, title, directory: process.cwd() })
  try {
    joinRun(run)
    printAtExit(run, report, title, later)
  } catch (error) {
    removeRecord(run)
    process.stderr.write(`allocscope: the program runs without a profile: ${(error as Error).message}\n`)
  }
}

function joinAsWorker(): void {
  const run = runOfWorker()
  if (run !== undefined) joinRun(run)
}

const later = preloadsAfter(isOwn)
hidePreload(isOwn)
// A child of a profiled program takes part in its run already, if it was asked for.
if (isMainThread && !isProfiling()) begin(later)
else if (!isMainThread) joinAsWorker()
