import { existsSync } from 'node:fs'
import path from 'node:path'

import { lazily } from '../loading/index.js'

/** The package's own folder, from `lib/binding` and `dist/binding` alike. */
export const packageRoot = path.join(__dirname, '..', '..')

const loader = lazily(() => require('node-gyp-build') as typeof import('node-gyp-build'))

/** What a checkout built last goes before what is shipped, unless the tests say otherwise. The permission model may not let it be looked for. */
function hasOwnBuild(): boolean {
  try {
    return (process.env['PREBUILDS_ONLY'] ?? '') === '' && existsSync(path.join(packageRoot, 'build', 'Release', 'allocscope.node'))
  } catch {
    return false
  }
}

/**
 * The addon's file. Where it is for another C library than this process's, the loader of libraries refuses it and says so; nothing is read outside of the
 * package to find out, which the permission model may forbid. Throws what the permission model throws, and an error where there is none.
 */
export function addonFile(): string {
  const shipped = path.join(packageRoot, 'prebuilds', `${process.platform}-${process.arch}`, 'allocscope.glibc.node')
  return !hasOwnBuild() && existsSync(shipped) ? shipped : loader().resolve(packageRoot)
}
