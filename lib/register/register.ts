import { isMainThread } from 'node:worker_threads'

import { createRecordFolder, joinRun, readRun, removeRecord, runOfWorker, settingsVariable } from '../profile/index.js'
import type { ProfiledRun } from '../profile/index.js'
import { watchForCrash } from './crash-watch.js'
import { hideFromChildren } from './hide-preload.js'
import { parseSettings } from './report-settings.js'
import type { ReportSettings } from './report-settings.js'
import { openReports, writeReport } from './write-report.js'

// `allocscope/register`: profiles the program that it is loaded into, before the program is, and prints the profile when the program ends.

const usageCode = 2

/** A profile that can't be taken as asked for should not cost a run. */
function readSettings(): ReturnType<typeof parseSettings> {
  const text = process.env[settingsVariable]
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- an environment variable is taken out by its name
  delete process.env[settingsVariable]
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

function printAtExit(run: ProfiledRun, report: ReportSettings, title: string): void {
  const { pid } = process
  process.on('exit', () => {
    const { profiles, notes } = readRun(run)
    const told = profiles.map((profile) =>
      profile.pid === pid && profile.end === 'running' ? { ...profile, end: 'exit' as const } : profile,
    )
    writeReport({ title, profiles: told, notes }, report)
    removeRecord(run)
  })
}

function begin(): void {
  const { load, report } = readSettings()
  const run: ProfiledRun = { settings: load, folder: createRecordFolder() }
  const title = process.argv.slice(1).join(' ')
  watchForCrash({ run, report, title, directory: process.cwd() })
  joinRun(run)
  printAtExit(run, report, title)
}

function joinAsWorker(): void {
  const run = runOfWorker()
  if (run !== undefined) joinRun(run)
}

hideFromChildren()
if (isMainThread) begin()
else joinAsWorker()
