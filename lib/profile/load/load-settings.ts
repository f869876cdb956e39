import { checkBoolean, checkOneOf, invalidArgumentType } from '../../errors/index.js'
import type { ProfileMode } from '../line-profile.js'

/** What is profiled, and how. */
export interface LoadSettings {
  readonly mode: ProfileMode
  /** Names of functions: `Class.method`, or `method` alone. `*` stands for anything. Empty means the functions marked in the source. */
  readonly functions: readonly string[]
  /** Globs of files. Selects every function in them, or those of {@link LoadSettings.functions}. */
  readonly files: readonly string[]
  /** Every function of every file, except in node_modules. */
  readonly all: boolean
  /** Whether worker threads are profiled as well. */
  readonly workers: boolean
  /** Whether node processes that the program starts are profiled as well. */
  readonly children: boolean
}

/** The environment variable with the settings for the preload, as JSON. */
export const settingsVariable = 'ALLOCSCOPE_PROFILE'

export const profileModes = ['hybrid', 'exact', 'settle'] as const satisfies readonly ProfileMode[]

export const loadSettingNames = ['mode', 'functions', 'files', 'all', 'workers', 'children'] as const

function checkStrings(name: string, value: unknown): readonly string[] {
  if (value === undefined) return []
  const list = typeof value === 'string' ? value.split(',') : value
  if (!Array.isArray(list) || !list.every((one) => typeof one === 'string')) throw invalidArgumentType(name, 'an array of strings', value)
  return list.map((one) => one.trim()).filter((one) => one !== '')
}

/** The settings in `given`, each checked. Throws Node's `ERR_INVALID_ARG_TYPE` and `ERR_INVALID_ARG_VALUE`. */
export function checkLoadSettings(given: { readonly [name in (typeof loadSettingNames)[number]]?: unknown }): LoadSettings {
  return {
    mode: checkOneOf('options.mode', given.mode, profileModes, 'hybrid'),
    functions: checkStrings('options.functions', given.functions),
    files: checkStrings('options.files', given.files),
    all: checkBoolean('options.all', given.all, false),
    workers: checkBoolean('options.workers', given.workers, false),
    children: checkBoolean('options.children', given.children, false),
  }
}
