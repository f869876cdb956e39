import path from 'node:path'

import { addonFile, packageRoot } from './addon-file.js'
import type { NativeTracker } from './native-tracker.js'
import { noAddon } from './no-addon.js'

let loaded: NativeTracker | undefined

/**
 * The tracker, a second library beside the addon. It is loaded when it is first asked for, and stays in the process from then on. Throws
 * `ERR_ALLOCSCOPE_NO_ADDON`.
 */
export function requireTracker(): NativeTracker {
  if (loaded !== undefined) return loaded
  try {
    const library = { exports: {} }
    process.dlopen(library, path.join(path.dirname(addonFile()), 'allocscope_tracker.so'))
    loaded = library.exports as NativeTracker
    return loaded
  } catch (cause) {
    throw noAddon('tracker', cause, packageRoot)
  }
}
