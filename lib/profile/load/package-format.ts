import { readFileSync } from 'node:fs'
import path from 'node:path'

/** Node's name for the kind of a file that `require` loads; undefined when node finds it out by trying. */
export type RequiredFormat = 'commonjs' | 'module' | undefined

function typeOfPackage(folder: string): RequiredFormat | 'none' {
  try {
    const { type } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as { readonly type?: unknown }
    return type === 'commonjs' || type === 'module' ? type : undefined
  } catch {
    return 'none'
  }
}

/** The `type` of the nearest package.json, up to the root or to a node_modules. */
function scopeType(file: string): RequiredFormat {
  for (let folder = path.dirname(file); ; folder = path.dirname(folder)) {
    if (path.basename(folder) === 'node_modules') return undefined
    const type = typeOfPackage(folder)
    if (type !== 'none') return type
    if (folder === path.dirname(folder)) return undefined
  }
}

/** The kind that node will take the file for in `require`: by its extension, or else by its package. */
export function requiredFormat(file: string): RequiredFormat {
  if (file.endsWith('.cjs')) return 'commonjs'
  if (file.endsWith('.mjs')) return 'module'
  return file.endsWith('.js') ? scopeType(file) : undefined
}
