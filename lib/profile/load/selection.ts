import path from 'node:path'

import { lazily } from '../../loading/index.js'
import type { FunctionSite } from '../instrument/instrumented.js'
import type { LoadSettings } from './load-settings.js'
import { matchesName } from './name-patterns.js'

const globs = lazily(() => require('picomatch') as typeof import('picomatch'))

/** Decides which files and functions are profiled. */
export interface Selection {
  /** Whether only marks in the source select functions. Then a file without marks needn't be parsed. */
  readonly byMarksAlone: boolean
  /** Whether anything in `file`, or in the original sources of it, can be selected. */
  considers(file: string): boolean
  /** Whether the original `file`, from which `loaded` was made, is selected. */
  wantsFile(file: string, loaded: string): boolean
  wantsFunction(site: Pick<FunctionSite, 'name' | 'marked'>): boolean
}

const packages = `${path.sep}node_modules${path.sep}`

/** allocscope's own compiled files. In a checkout they aren't under node_modules. */
const ownFiles = path.resolve(__dirname, '..', '..') + path.sep

function isInPackage(file: string): boolean {
  return file.includes(packages) || file.startsWith('node_modules/')
}

/** A pattern without a slash matches the file's name, in any folder. One with a slash matches its path, relative or absolute. */
function fileMatcher(pattern: string, folder: string): (file: string) => boolean {
  const reachesPackages = pattern.includes('node_modules')
  const absolute = path.isAbsolute(pattern) ? pattern : path.join(folder, pattern)
  const matches = globs()(pattern.includes('/') ? absolute : pattern, { dot: true, basename: !pattern.includes('/') })
  // Brackets or braces may also be part of a file's real name.
  return (file) => (matches(file) || file === absolute) && (reachesPackages || !isInPackage(file))
}

/** Reads `settings`; relative patterns are relative to `folder`. */
export function createSelection(settings: LoadSettings, folder: string): Selection {
  const files = settings.files.map((pattern) => fileMatcher(pattern, folder))
  const { functions } = settings
  const isNamed = (file: string): boolean => files.some((matches) => matches(file))
  const byMarksAlone = !settings.all && functions.length === 0 && files.length === 0
  return {
    byMarksAlone,
    considers: (file) => !file.startsWith(ownFiles) && (!isInPackage(file) || isNamed(file)),
    wantsFile: (file, loaded) => {
      if (files.length === 0) return !isInPackage(file)
      return isNamed(file) || (isNamed(loaded) && (file === loaded || !isInPackage(file)))
    },
    wantsFunction: ({ name, marked }) => {
      if (functions.length > 0) return functions.some((pattern) => matchesName(pattern, name))
      return settings.all || files.length > 0 || marked
    },
  }
}
