import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'

import { lazily } from '../../loading/index.js'
import type { AllocatorChoice, ProgramEnding } from '../../program/index.js'
import type { ProfileEnd } from '../line-profile.js'
import { mapProfiles, someProfile } from '../profile-series.js'
import type { ProfileSeries } from '../profile-series.js'
import { coverageNote } from './coverage.js'
import { readLoadedFiles } from './load-log.js'
import { settingsVariable } from './load-settings.js'
import type { LoadSettings } from './load-settings.js'
import type { ProfiledRun } from './profiled-run.js'
import { createOwnedRecordFolder, removeAbandonedRecords, removeRecord } from './record-folder.js'

// Loaded on demand: a process that profiles itself starts no program, and reads its record only at the end.
const starting = lazily(() => require('../../program/index.js') as typeof import('../../program/index.js'))
const reading = lazily(() => require('../collect/read-profiles.js') as typeof import('../collect/read-profiles.js'))
const loadingNotes = lazily(() => require('./loading-notes.js') as typeof import('./loading-notes.js'))

/** What {@link runProfiled} has seen of a program. */
export interface ProfiledProgram extends ProgramEnding {
  /** The main thread of the program first. */
  readonly profiles: ProfileSeries
  /** About what was asked for and not found, and what couldn't be profiled. */
  readonly notes: readonly string[]
}

/** Signals that end a process for an error of its own, not because somebody sent them. */
const faults: ReadonlySet<string> = new Set(['SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGILL', 'SIGSEGV', 'SIGSYS', 'SIGTRAP'])

function readProblems(folder: string): string[] {
  const files = readdirSync(folder).filter((file) => file.startsWith('problem-'))
  return files.map((file) => `A process couldn't be profiled: ${readFileSync(path.join(folder, file), 'utf8')}`)
}

/** Reads the record of a run that goes on or has ended. Its profiles are read from the folder when they are gone through. */
export function readRun({ folder, settings }: ProfiledRun): Pick<ProfiledProgram, 'profiles' | 'notes'> {
  const profiles = reading().readProfiles(folder)
  const problems = readProblems(folder)
  const unrecorded = 'Nothing was recorded: node ended before the program began, or it may not read files or load addons.'
  if (!someProfile(profiles, () => true)) return { profiles, notes: problems.length > 0 ? problems : [unrecorded] }
  const files = readLoadedFiles(folder)
  // The note says why nothing was looked at.
  if (files.length === 0 && someProfile(profiles, ({ notes }) => notes.includes(coverageNote))) return { profiles, notes: problems }
  const hasFunctions = someProfile(profiles, ({ functions }) => functions.length > 0)
  return { profiles, notes: [...loadingNotes().describeLoading(settings, files, hasFunctions), ...problems] }
}

/** Flags that make node load the preload after the program's own loaders: it must be of the same kind as they are, and come last. */
function preloadFlags(nodeOptions: readonly string[]): readonly string[] {
  const preload = path.join(__dirname, 'profile-preload.js')
  const others = [...nodeOptions, process.env['NODE_OPTIONS'] ?? '']
  return others.some((flag) => /(?:^|\s)--import\b/.test(flag)) ? ['--import', preload] : ['--require', preload]
}

function endOf({ exitCode, signal }: ProgramEnding): ProfileEnd {
  if (signal !== undefined) return faults.has(signal) ? 'crash' : 'signal'
  return exitCode === undefined ? 'crash' : 'exit'
}

/** How a program is run and profiled. */
export interface ProfileRunOptions<Reported> {
  readonly settings: LoadSettings
  /** Flags for node itself. */
  readonly nodeOptions: readonly string[]
  /** The allocator to run under. Undefined keeps the one that the environment sets. */
  readonly allocator: AllocatorChoice | undefined
  /** Called when the program has ended, with profiles that can be read until it returns. */
  readonly report: (profiled: ProfiledProgram) => Reported
}

/**
 * Runs `program` with this same node and profiles it as `settings` say. Its standard streams, arguments, signals and ending are as without a profile.
 * Answers with how it ended and what `report` returned. Without a program, `nodeOptions` say what node runs.
 *
 * @throws AllocscopeError `ERR_ALLOCSCOPE_PROGRAM` when the program doesn't exist or can't be started, `ERR_ALLOCSCOPE_ALLOCATOR_NOT_FOUND`,
 * `ERR_ALLOCSCOPE_UNSUPPORTED`.
 */
export async function runProfiled<Reported>(
  program: string | undefined,
  programArguments: readonly string[],
  { settings, nodeOptions, allocator, report }: ProfileRunOptions<Reported>,
): Promise<ProgramEnding & { readonly reported: Reported }> {
  starting().requirePreloads()
  const found = starting().prepareProgram(program, programArguments, {
    allocator,
    nodeFlags: [...nodeOptions, ...preloadFlags(nodeOptions)],
  })
  removeAbandonedRecords()
  const run: ProfiledRun = { settings, folder: createOwnedRecordFolder() }
  try {
    const { pid, ended } = found.start({ [settingsVariable]: JSON.stringify(run) })
    const ending = await ended
    const { profiles, notes } = readRun(run)
    const end = endOf(ending)
    // The threads of a killed program ended with it. Only this process knows the signal.
    const told = mapProfiles(profiles, (profile) => (profile.pid === pid && profile.end !== 'exit' ? { ...profile, end } : profile))
    return { ...ending, reported: report({ ...ending, profiles: told, notes }) }
  } finally {
    removeRecord(run)
  }
}
