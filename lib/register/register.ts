import { isMainThread } from 'node:worker_threads'

import {
  createRecordFolder,
  isProfiling,
  joinRun,
  leaveWord,
  mapProfiles,
  readRun,
  removeRecord,
  runOfWorker,
  settingsVariable,
  someProfile,
} from '../profile/load/index.js'
import type { ProfileSeries, ProfiledRun } from '../profile/index.js'
import { watchForCrash } from './crash-watch.js'
import { hidePreload, preloadsAfter, takeVariable } from '../program/preload.js'
import { quietly } from '../program/quietly.js'
import { parseSettings } from './report-settings.js'
import type { ReportSettings } from './report-settings.js'
import { isStandardErrorOpen } from './standard-error.js'
import { openReports, writeReport } from './write-report.js'

// `allocscope/register`: loaded before a program, it profiles the program and prints the profile at its end.

const usageCode = 2

/** The names of this file that a user may write in a preload flag. */
const ownNames = /^(?:allocscope\/register|.*[/\\](?:allocscope|dist)[/\\](?:dist[/\\])?register[/\\]register\.m?js)$/

function isOwn(name: string): boolean {
  return ownNames.test(name)
}

/** Wrong settings end the process before the program runs: a run without the wanted profile would be in vain. */
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

function orderNote(later: readonly string[], profiles: ProfileSeries): readonly string[] {
  if (later.length === 0 || someProfile(profiles, ({ functions }) => functions.length > 0)) return []
  return [`${later.join(', ')} was loaded after allocscope/register, and hides what it loads: put --import allocscope/register last.`]
}

function printNow(run: ProfiledRun, report: ReportSettings, title: string, later: readonly string[]): void {
  const { pid } = process
  const { profiles, notes } = readRun(run)
  const told = mapProfiles(profiles, (profile) =>
    profile.pid === pid && profile.end === 'running' ? { ...profile, end: 'exit' as const } : profile,
  )
  writeReport({ title, profiles: told, notes: [...notes, ...orderNote(later, told)] }, report)
  removeRecord(run)
}

/** Where this process can't print, as when it has closed standard error or is now another user, the record is left to the one that waits. */
function printAtExit(run: ProfiledRun, report: ReportSettings, title: string, later: readonly string[]): void {
  const print = quietly(() => {
    if (report.output !== undefined || isStandardErrorOpen()) printNow(run, report, title, later)
  })
  process.on('exit', print)
}

function begin(later: readonly string[]): void {
  const { load, report } = readSettings()
  const title = process.argv.slice(1).join(' ')
  let run: ProfiledRun | undefined
  try {
    run = { settings: load, folder: createRecordFolder() }
    watchForCrash({ run, report, title, directory: process.cwd() })
    joinRun(run)
    printAtExit(run, report, title, later)
  } catch (error) {
    if (run !== undefined) removeRecord(run)
    process.stderr.write(`allocscope: the program runs without a profile: ${(error as Error).message}\n`)
  }
}

function joinAsWorker(): void {
  const run = runOfWorker()
  if (run === undefined) return
  try {
    joinRun(run)
  } catch (error) {
    leaveWord(run.folder, error)
  }
}

const later = preloadsAfter(isOwn)
hidePreload(isOwn)
// A child of a profiled program already takes part in that run, if children are profiled.
if (isMainThread && !isProfiling()) begin(later)
else if (!isMainThread) joinAsWorker()
