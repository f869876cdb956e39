import { isMainThread } from 'node:worker_threads'

import { createRecordFolder, isProfiling, joinRun, readRun, removeRecord, runOfWorker, settingsVariable } from '../profile/load/index.js'
import type { LineProfile, ProfiledRun } from '../profile/index.js'
import { watchForCrash } from './crash-watch.js'
import { hidePreload, preloadsAfter, takeVariable } from '../program/preload.js'
import { parseSettings } from './report-settings.js'
import type { ReportSettings } from './report-settings.js'
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
// A child of a profiled program already takes part in that run, if children are profiled.
if (isMainThread && !isProfiling()) begin(later)
else if (!isMainThread) joinAsWorker()
