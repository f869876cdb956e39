import path from 'node:path'

import { lazily } from '../../loading/index.js'
import type { FunctionSite } from '../instrument/instrumented.js'
import type { LoadSettings } from './load-settings.js'
import { matchesName } from './name-patterns.js'

const globs = lazily(() => require('picomatch') as typeof import('picomatch'))

/** Decides which files and functions are profiled. */
export interface Selection {
  /** Whether only marks in the source select functions: then a file without any needs no parsing. */
  readonly byMarksAlone: boolean
  /** Whether anything in `file`, or in the originals that it was made of, can be selected. */
  considers(file: string): boolean
  /** Whether the original `file`, found in the file `loaded`, is of those asked for. */
  wantsFile(file: string, loaded: string): boolean
  wantsFunction(site: Pick<FunctionSite, 'name' | 'marked'>): boolean
}

const packages = `${path.sep}node_modules${path.sep}`

/** allocscope's own compiled files, which a checkout doesn't have under node_modules. */
const ownFiles = path.resolve(__dirname, '..', '..') + path.sep

function isInPackage(file: string): boolean {
  return file.includes(packages) || file.startsWith('node_modules/')
}

/** A pattern without a slash is about the file's name wherever it is; one with a slash about its path from here, or from the root. */
function fileMatcher(pattern: string, folder: string): (file: string) => boolean {
  const reachesPackages = pattern.includes('node_modules')
  const absolute = path.isAbsolute(pattern) ? pattern : path.join(folder, pattern)
  const matches = globs()(pattern.includes('/') ? absolute : pattern, { dot: true, basename: !pattern.includes('/') })
  // A name with brackets or braces in it is meant as it stands, when there is such a file.
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
