import { mapProfiles, readRun, removeRecord } from '../profile/index.js'
import type { CrashReportRequest } from './crash-watch.js'
import { writeReport } from './write-report.js'

// The shell of crash-watch.ts runs this when a profiled program has ended without printing its profile.

const { run, report, title, directory } = JSON.parse(process.argv[2] as string) as CrashReportRequest
process.chdir(directory)
try {
  const { profiles, notes } = readRun(run)
  const told = mapProfiles(profiles, (profile) => (profile.end === 'running' ? { ...profile, end: 'crash' as const } : profile))
  writeReport({ title, profiles: told, notes }, report)
} finally {
  removeRecord(run)
}
