import path from 'node:path'

import loadAddon from 'node-gyp-build'

import { AllocscopeError } from '../errors/index.js'
import type { AllocscopeErrorCode } from '../errors/index.js'
import type { FailureRecord, NativeBinding } from './native-surface.js'

/** The package's own folder, from `lib/binding` and `dist/binding` alike. */
const packageRoot = path.join(__dirname, '..', '..')

type Loaded = { readonly binding: NativeBinding } | { readonly error: AllocscopeError }

function load(): Loaded {
  try {
    return { binding: loadAddon(packageRoot) as NativeBinding }
  } catch (cause) {
    const platform = `${process.platform}-${process.arch}`
    const message = `allocscope has no native binary that loads on ${platform} with Node ${process.version}`
    return { error: new AllocscopeError('ERR_ALLOCSCOPE_NO_ADDON', message, { cause }) }
  }
}

const loaded = load()

/** The addon. Undefined when it can't be loaded: {@link bindingLoadError} says why. */
export const binding: NativeBinding | undefined = 'binding' in loaded ? loaded.binding : undefined

/** Why {@link binding} is undefined. */
export const bindingLoadError: AllocscopeError | undefined = 'error' in loaded ? loaded.error : undefined

/** The addon, for calls that can't do without it. Throws `ERR_ALLOCSCOPE_NO_ADDON`. */
export function requireBinding(): NativeBinding {
  if ('error' in loaded) throw loaded.error
  return loaded.binding
}

/** Whether a native call's answer is a failure. */
export function isFailure(answer: unknown): answer is FailureRecord {
  return typeof answer === 'object' && answer !== null && 'failure' in answer
}

/** Makes an error of a native failure. */
export function toError({ failure }: FailureRecord, backend?: string): AllocscopeError {
  const { code, call, errno, message } = failure
  return new AllocscopeError(`ERR_ALLOCSCOPE_${code}` as AllocscopeErrorCode, `${call}: ${message}`, {
    backend,
    syscall: call === '' ? undefined : call,
    errno: errno === 0 ? undefined : errno,
  })
}
