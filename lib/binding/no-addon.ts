import { existsSync } from 'node:fs'
import path from 'node:path'
import { startupSnapshot } from 'node:v8'

import { AllocscopeError } from '../errors/index.js'
import { runtimeText } from '../loading/runtime.js'

/** What was thrown, if it is an error. */
interface Refusal {
  readonly code?: string
  readonly message?: string
  /** What the permission model keeps from the program. */
  readonly resource?: string
}

/** Other runtimes have no such snapshots. */
function isBuildingSnapshot(): boolean {
  return (startupSnapshot as typeof startupSnapshot | undefined)?.isBuildingSnapshot() ?? false
}

/** Whether a bundler left the binaries behind. Where that may not be looked at, Node's permission model throws. */
function isBundled(packageRoot: string): boolean {
  try {
    return !existsSync(path.join(packageRoot, 'prebuilds'))
  } catch {
    return false
  }
}

/** Why a library of the package in `packageRoot` can't be loaded, and what to do, as far as what was thrown tells. */
function reasonFor(cause: unknown, packageRoot: string): string {
  const { code, message = '', resource = packageRoot } = cause as Refusal
  if (isBuildingSnapshot()) {
    return 'no addon goes into a startup snapshot: load allocscope once it is deserialised, in the function of v8.startupSnapshot.setDeserializeMainFunction'
  }
  if (code === 'ERR_DLOPEN_DISABLED') return 'native addons are switched off: --allow-addons lets them in, where --no-addons is not given'
  if (code === 'ERR_ACCESS_DENIED') return `${resource} may not be read: --allow-fs-read=${resource} permits it`
  if (/libc=musl|libc\.musl|Error relocating|ld-linux[^ ]*: No such file/.test(message)) {
    return 'there is no binary for musl, the C library of Alpine: take an image with glibc, such as node:slim'
  }
  if (process.platform !== 'linux' && message.startsWith('No native build was found'))
    return 'binaries are made for Linux on x64 and arm64 alone'
  if (isBundled(packageRoot)) {
    return `no folder 'prebuilds' stands in ${packageRoot}: in a bundle, leave allocscope out of it, as an external package`
  }
  return message === '' ? 'no reason is told' : message
}

/** The error for a library of the package that can't be loaded. */
export function noAddon(what: string, cause: unknown, packageRoot: string): AllocscopeError {
  const platform = `${process.platform}-${process.arch}`
  const message = `allocscope has no ${what} that loads on ${platform} with ${runtimeText}: ${reasonFor(cause, packageRoot)}`
  return new AllocscopeError('ERR_ALLOCSCOPE_NO_ADDON', message, { cause })
}
