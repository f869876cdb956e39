import type { LoadedFile } from './load-log.js'
import type { LoadSettings } from './load-settings.js'
import { matchesName } from './name-patterns.js'
import { findNearNames } from './near-names.js'

const howToSelect =
  "mark one with a comment '// @profile' above it or wrap it with profile(), or name it with --function, its file with --file, or take --all"

function countFiles({ length }: readonly LoadedFile[]): string {
  return length === 1 ? 'one loaded file' : `${length} loaded files`
}

function unmatchedNote(wanted: string, files: readonly LoadedFile[]): string | undefined {
  const names = files.flatMap((loaded) => loaded.names)
  if (names.some((name) => matchesName(wanted, name))) return undefined
  const near = findNearNames(wanted, names).map((name) => `${name} (${files.find((one) => one.names.includes(name))?.file ?? ''})`)
  const hint =
    near.length > 0
      ? `: did you mean ${near.join(' or ')}?`
      : names.length === 0
        ? '.'
        : `, nor has any a name like it (names: ${new Set(names).size}).`
  return `No function of the ${countFiles(files)} is named '${wanted}'${hint}`
}

function nothingNote({ functions, files: patterns, all }: LoadSettings, files: readonly LoadedFile[]): string | undefined {
  if (functions.length > 0) return undefined
  if (files.length === 0) return 'Nothing was profiled: the program loaded no file outside of node_modules.'
  if (patterns.length > 0) return `Nothing was profiled: no loaded file with a function in it matches ${patterns.join(', ')}.`
  if (all) return 'Nothing was profiled: the loaded files have no functions.'
  return `Nothing was profiled: no function is marked in the ${countFiles(files)}: ${howToSelect}.`
}

/** What runs elsewhere may be what was meant. */
function elsewhereNote({ workers, children }: LoadSettings): string | undefined {
  const unseen = [workers ? '' : 'worker threads (--workers)', children ? '' : 'child processes (--children)'].filter((one) => one !== '')
  return unseen.length === 0 ? undefined : `What ran in ${unseen.join(' or ')} wasn't profiled.`
}

/** Notes about functions and files that were asked for and not found. `hasFunctions` says whether a profiled function was called. */
export function describeLoading(settings: LoadSettings, files: readonly LoadedFile[], hasFunctions: boolean): readonly string[] {
  const distinct = [...new Map(files.map((loaded) => [loaded.file, loaded])).values()]
  // What they have in them isn't known.
  if (!hasFunctions && files.some(({ unparsed }) => unparsed === true)) return []
  const unmatched = settings.functions.map((name) => unmatchedNote(name, distinct))
  const isInstrumented = files.some(({ instrumentedCount }) => instrumentedCount > 0)
  const none = isInstrumented ? 'No profiled function was called.' : nothingNote(settings, distinct)
  const notes = hasFunctions ? unmatched : [...unmatched, none, elsewhereNote(settings)]
  return notes.filter((note) => note !== undefined)
}
