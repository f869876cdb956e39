import { AllocscopeError, tellManyNamesBy } from '../errors/index.js'
import type { AllocscopeErrorCode } from '../errors/index.js'
import { lazily } from '../loading/index.js'
import { addonFile, packageRoot } from './addon-file.js'
import type { FailureRecord, NativeBinding } from './native-surface.js'

const addon = lazily(() => require(addonFile()) as NativeBinding)
/** Loaded where the addon isn't. */
const refusal = lazily(() => require('./no-addon.js') as typeof import('./no-addon.js'))

const manyNames = lazily(() => (require('./name-room.js') as typeof import('./name-room.js')).manyNamesBy(requireBinding()))

type Loaded = { readonly binding: NativeBinding } | { readonly error: AllocscopeError }

function load(): Loaded {
  try {
    return { binding: addon() }
  } catch (cause) {
    return { error: refusal().noAddon('native binary', cause, packageRoot) }
  }
}

const loaded = load()
if ('binding' in loaded) tellManyNamesBy((value) => manyNames()(value))

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
