import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'

import { AllocscopeError, whyNotWritable } from '../errors/index.js'
import { lazily } from '../loading/index.js'
import type { ProgramProfile } from './write-report.js'
import type { ReportSettings } from './report-settings.js'

const report = lazily(() => require('../report/line-profile/index.js') as typeof import('../report/line-profile/index.js'))

/** Whether `--html` names a folder for a page of each file: one that is there, or a name that no page has. */
export function isSite(html: string): boolean {
  if (/[/\\]$/.test(html)) return true
  const found = statSync(html, { throwIfNoEntry: false })
  return found === undefined ? !/\.html?$/i.test(html) : found.isDirectory()
}

function refuse(folder: string, problem: unknown): never {
  const { syscall, errno } = problem as NodeJS.ErrnoException
  const details = { syscall, errno: errno === undefined ? undefined : Math.abs(errno), cause: problem }
  throw new AllocscopeError(
    'ERR_ALLOCSCOPE_REPORT',
    `the pages can't be written to ${folder}: ${whyNotWritable(problem, path.resolve(folder), 'name a folder elsewhere')}`,
    details,
  )
}

/** Bytes in which a page has its mark. */
const headBytes = 512

/** Whether a page is one of a site's: others are left alone. */
function isOwnPage(file: string): boolean {
  const descriptor = openSync(file, 'r')
  try {
    const head = Buffer.alloc(headBytes)
    return head.toString('utf8', 0, readSync(descriptor, head)).includes(report().siteMark())
  } finally {
    closeSync(descriptor)
  }
}

/** As `mkdir -p`, a folder at a time. With `recursive`, a refusal of the system isn't always answered. */
function makeFolder(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return
  const parent = path.dirname(folder)
  if (parent !== folder) makeFolder(parent)
  mkdirSync(folder)
}

/** Makes the folder of a site, and tries to write there. Throws `ERR_ALLOCSCOPE_REPORT`, also where another's `index.html` is. */
export function openSite(folder: string): void {
  try {
    const index = path.join(folder, 'index.html')
    if (existsSync(index) && !isOwnPage(index)) throw new Error(`its index.html isn't that of a profile`)
    const files = path.join(folder, report().filesFolder())
    makeFolder(files)
    const attempt = path.join(files, `.${process.pid}.part`)
    writeFileSync(attempt, '')
    rmSync(attempt)
  } catch (error) {
    refuse(folder, error)
  }
}

function readSource(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

/** Gives a page its name when it is whole. */
function writePage(file: string, parts: Iterable<string>): void {
  const unfinished = `${file}.part`
  try {
    const descriptor = openSync(unfinished, 'w')
    try {
      for (const part of parts) writeFileSync(descriptor, part)
    } finally {
      closeSync(descriptor)
    }
    renameSync(unfinished, file)
  } catch (error) {
    rmSync(unfinished, { force: true })
    throw error
  }
}

/** Pages of files that an earlier run had and this one hasn't. */
function removeOthers(folder: string, written: ReadonlySet<string>): void {
  for (const name of readdirSync(folder).filter((one) => one.endsWith('.html') && !written.has(one))) {
    const file = path.join(folder, name)
    if (isOwnPage(file)) rmSync(file)
  }
}

/**
 * Writes a page for each file into `folder`, one after the other, and the list of them last. What an earlier run left has no list from the beginning on, so
 * nobody takes a half-written site for a whole one. Throws `ERR_ALLOCSCOPE_REPORT`.
 */
export function writeSite(folder: string, { title, profiles }: ProgramProfile, view: ReportSettings): void {
  openSite(folder)
  try {
    rmSync(path.join(folder, 'index.html'), { force: true })
    const written = new Set<string>()
    for (const { place, parts } of report().renderProjectSite(profiles, { title, view, directory: process.cwd(), readSource })) {
      if (place === 'index.html') removeOthers(path.join(folder, report().filesFolder()), written)
      writePage(path.join(folder, place), parts)
      written.add(path.basename(place))
    }
  } catch (error) {
    refuse(folder, error)
  }
}
