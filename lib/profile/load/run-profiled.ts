import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { lazily } from '../../loading/index.js'
import type { AllocatorChoice, ProgramEnding } from '../../program/index.js'
import type { LineProfile, ProfileEnd } from '../line-profile.js'
import { readLoadedFiles } from './load-log.js'
import { settingsVariable } from './load-settings.js'
import type { LoadSettings } from './load-settings.js'
import type { ProfiledRun } from './profiled-run.js'

// Loaded on demand: a process that profiles itself starts no program, and reads its record only at the end.
const starting = lazily(() => require('../../program/index.js') as typeof import('../../program/index.js'))
const reading = lazily(() => require('../collect/read-profiles.js') as typeof import('../collect/read-profiles.js'))
const loadingNotes = lazily(() => require('./loading-notes.js') as typeof import('./loading-notes.js'))

/** The result of {@link runProfiled}. */
export interface ProfiledProgram extends ProgramEnding {
  /** The main thread of the program first. */
  readonly profiles: readonly LineProfile[]
  /** About what was asked for and not found, and what couldn't be profiled. */
  readonly notes: readonly string[]
}

/** Signals that end a process for an error of its own, not because somebody sent them. */
const faults: ReadonlySet<string> = new Set(['SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGILL', 'SIGSEGV', 'SIGSYS', 'SIGTRAP'])

/** Makes the folder for a run's record. Only this user can look into it. */
export function createRecordFolder(): string {
  return mkdtempSync(path.join(tmpdir(), 'allocscope-profile-'))
}

function readProblems(folder: string): string[] {
  const files = readdirSync(folder).filter((file) => file.startsWith('problem-'))
  return files.map((file) => `A process couldn't be profiled: ${readFileSync(path.join(folder, file), 'utf8')}`)
}

/** Reads the record of a run that goes on or has ended. */
export function readRun({ folder, settings }: ProfiledRun): Pick<ProfiledProgram, 'profiles' | 'notes'> {
  const profiles = reading().readProfiles(folder)
  const problems = readProblems(folder)
  const unrecorded = 'Nothing was recorded: node ended before the program began, or it may not read files or load addons.'
  if (profiles.length === 0) return { profiles, notes: problems.length > 0 ? problems : [unrecorded] }
  return { profiles, notes: [...loadingNotes().describeLoading(settings, readLoadedFiles(folder), profiles), ...problems] }
}

/** Removes the record of a run. */
export function removeRecord({ folder }: Pick<ProfiledRun, 'folder'>): void {
  rmSync(folder, { recursive: true, force: true })
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
export interface ProfileRunOptions {
  readonly settings: LoadSettings
  /** Flags for node itself. */
  readonly nodeOptions: readonly string[]
  /** The allocator to run under. Undefined keeps the one that the environment sets. */
  readonly allocator: AllocatorChoice | undefined
}

/**
 * Runs `program` with this same node and profiles it as `settings` say. Its standard streams, arguments, signals and ending are as without a profile.
 *
 * @throws AllocscopeError `ERR_ALLOCSCOPE_PROGRAM` when the program doesn't exist or can't be started, `ERR_ALLOCSCOPE_ALLOCATOR_NOT_FOUND`.
 */
export async function runProfiled(
  program: string,
  programArguments: readonly string[],
  { settings, nodeOptions, allocator }: ProfileRunOptions,
): Promise<ProfiledProgram> {
  const found = starting().prepareProgram(program, programArguments, {
    allocator,
    nodeFlags: [...nodeOptions, ...preloadFlags(nodeOptions)],
  })
  const run: ProfiledRun = { settings, folder: createRecordFolder() }
  try {
    const { pid, ended } = found.start({ [settingsVariable]: JSON.stringify(run) })
    const ending = await ended
    const { profiles, notes } = readRun(run)
    const end = endOf(ending)
    // The threads of a killed program ended with it. Only this process knows the signal.
    const told = profiles.map((profile) => (profile.pid === pid && profile.end !== 'exit' ? { ...profile, end } : profile))
    return { ...ending, profiles: told, notes }
  } finally {
    removeRecord(run)
  }
}
