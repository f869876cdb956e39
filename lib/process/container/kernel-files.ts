import { existsSync, readFileSync, readdirSync } from 'node:fs'

import { whyNotReadable } from '../../errors/index.js'

/** What reading a file gave: its text, or the error. */
export type FileAnswer =
  | { readonly text: string }
  /** `why` is the code, or how to permit it. */
  | { readonly text?: undefined; readonly code: string; readonly why: string; readonly cause: unknown }

/**
 * Reads the kernel's files. Paths and texts are strings of bytes (latin1): a group's name may be any bytes, and must come back to the
 * kernel as they were.
 */
export interface KernelFiles {
  /** Reads a file; a failure is an answer. */
  readonly ask: (file: string) => FileAnswer
  /** Reads a file; undefined when that fails, which is then told in `unreadable`. */
  readonly read: (file: string) => string | undefined
  readonly exists: (file: string) => boolean
  /** The folders within a folder; none when it is gone. */
  readonly foldersIn: (folder: string) => readonly string[]
  /** Tells why a figure of this file is missing. */
  readonly note: (file: string, why: string) => void
  readonly unreadable: readonly string[]
}

/** Bytes as text for a person. */
export function toText(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8')
}

/** A path of bytes as node's calls take it. */
export function toPath(bytes: string): Buffer {
  return Buffer.from(bytes, 'latin1')
}

function listFolders(root: string, folder: string): readonly string[] {
  try {
    return readdirSync(toPath(root + folder), { withFileTypes: true, encoding: 'latin1' })
      .filter((entry) => entry.isDirectory())
      .map((entry) => `${folder}/${entry.name}`)
  } catch {
    // Groups come and go while they are read.
    return []
  }
}

/** What the permission model doesn't let this process see isn't there for it; existsSync throws then. */
function isThere(file: Buffer): boolean {
  try {
    return existsSync(file)
  } catch {
    return false
  }
}

/** Reads below `root`: '' for this machine, a folder for a recorded tree. */
export function openKernelFiles(root: string): KernelFiles {
  const unreadable: string[] = []
  const note = (file: string, why: string): void => {
    unreadable.push(`${toText(file)}: ${why}`)
  }
  const ask = (file: string): FileAnswer => {
    try {
      return { text: readFileSync(toPath(root + file), 'latin1') }
    } catch (cause) {
      const { code = String(cause) } = cause as NodeJS.ErrnoException
      return { code, why: code === 'ERR_ACCESS_DENIED' ? whyNotReadable(cause, toText(file)) : code, cause }
    }
  }
  return {
    ask,
    read: (file) => {
      const answer = ask(file)
      if (answer.text === undefined) note(file, answer.why)
      return answer.text
    },
    foldersIn: (folder) => listFolders(root, folder),
    exists: (file) => isThere(toPath(root + file)),
    note,
    unreadable,
  }
}

const digits = /^\d{1,20}$/

/** A file of one number. Undefined for anything else. */
export function parseFigure(text: string | undefined): number | undefined {
  const figure = text?.trim() ?? ''
  return digits.test(figure) ? Number(figure) : undefined
}

/** A file of `name number` lines, such as `memory.stat`. Other lines are left out. */
export function parseFigures(text: string | undefined): ReadonlyMap<string, number> {
  const figures = new Map<string, number>()
  for (const [, name, figure] of (text ?? '').matchAll(/^(\S+) (\d{1,20})$/gm)) figures.set(name as string, Number(figure))
  return figures
}
