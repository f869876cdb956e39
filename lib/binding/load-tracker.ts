import path from 'node:path'

import { lazily } from '../loading/index.js'
import type { NativeTracker } from './native-tracker.js'
import { noAddon } from './no-addon.js'

/** The package's own folder, from `lib/binding` and `dist/binding` alike. */
const packageRoot = path.join(__dirname, '..', '..')

const loader = lazily(() => require('node-gyp-build') as typeof import('node-gyp-build'))

let loaded: NativeTracker | undefined

/**
 * The tracker, a second library beside the addon. It is loaded when it is first asked for, and stays in the process from then on. Throws
 * `ERR_ALLOCSCOPE_NO_ADDON`.
 */
export function requireTracker(): NativeTracker {
  if (loaded !== undefined) return loaded
  try {
    const library = { exports: {} }
    process.dlopen(library, path.join(path.dirname(loader().resolve(packageRoot)), 'allocscope_tracker.so'))
    loaded = library.exports as NativeTracker
    return loaded
  } catch (cause) {
    throw noAddon('tracker', cause, packageRoot)
  }
}
