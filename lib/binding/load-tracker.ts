import path from 'node:path'

import loadAddon from 'node-gyp-build'

import { AllocscopeError } from '../errors/index.js'
import type { NativeTracker } from './native-tracker.js'

/** The package's own folder, from `lib/binding` and `dist/binding` alike. */
const packageRoot = path.join(__dirname, '..', '..')

let loaded: NativeTracker | undefined

/**
 * The tracker, a second library beside the addon. It is loaded when it is first asked for, and stays in the process from then on. Throws
 * `ERR_ALLOCSCOPE_NO_ADDON`.
 */
export function requireTracker(): NativeTracker {
  if (loaded !== undefined) return loaded
  try {
    const library = { exports: {} }
    process.dlopen(library, path.join(path.dirname(loadAddon.resolve(packageRoot)), 'allocscope_tracker.so'))
    loaded = library.exports as NativeTracker
    return loaded
  } catch (cause) {
    const platform = `${process.platform}-${process.arch}`
    const message = `allocscope has no tracker that loads on ${platform} with Node ${process.version}`
    throw new AllocscopeError('ERR_ALLOCSCOPE_NO_ADDON', message, { cause })
  }
}
