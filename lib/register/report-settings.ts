import { checkBoolean, checkOneOf, invalidArgumentType, invalidArgumentValue, readOptions } from '../errors/index.js'
import { parseBytes } from '../figures/index.js'
import { lazily } from '../loading/index.js'
import { checkLoadSettings, loadSettingNames } from '../profile/load/index.js'
import type { LoadSettings } from '../profile/index.js'
import { profileColumns } from '../report/profile-columns.js'
import type { ProfileColumn } from '../report/index.js'
import { profileSorts } from '../report/profile-sorts.js'
import type { ProfileView } from '../report/index.js'

const nearNames = lazily(() => require('../profile/load/near-names.js') as typeof import('../profile/load/near-names.js'))

/** Where a profile is printed, and which part of it. */
export interface ReportSettings extends ProfileView {
  /** A {@link ProfileDocument} instead of the tables. */
  readonly json: boolean
  /** A file for the HTML page, or a folder for a page of each file. The profile is printed as well. */
  readonly html: string | undefined
  /** A file to write to instead of standard error. */
  readonly output: string | undefined
}

const reportSettingNames = ['json', 'html', 'output', 'sort', 'min', 'columns'] as const

function checkPath(name: string, value: unknown): string | undefined {
  if (value === undefined) return undefined
  if (typeof value !== 'string' || value === '') throw invalidArgumentType(name, 'a file name', value)
  return value
}

function checkSize(name: string, value: unknown): number {
  if (value === undefined) return 0
  const bytes = typeof value === 'number' ? value : typeof value === 'string' ? parseBytes(value) : undefined
  if (bytes === undefined || !(bytes >= 0)) throw invalidArgumentValue(name, "a size such as '0.1MiB'", value)
  return bytes
}

function isColumn(name: string): name is ProfileColumn {
  return (profileColumns as readonly string[]).includes(name)
}

function refuseColumn(name: string): never {
  const near = nearNames().findNearNames(name, profileColumns)
  const meant = near.length === 0 ? '' : ` (${near.join(' or ')}?)`
  throw invalidArgumentValue('columns', `some of ${profileColumns.join(', ')}${meant}`, name)
}

/** The columns of `given`, a list divided by commas or an array, in its order. Throws Node's `ERR_INVALID_ARG_VALUE` for a name that none has. */
export function checkColumns(given: unknown): readonly ProfileColumn[] | undefined {
  if (given === undefined) return undefined
  const list: unknown = typeof given === 'string' ? given.split(',') : given
  if (!Array.isArray(list)) throw invalidArgumentType('columns', 'a list of columns', given)
  const names = list.map((one) => String(one).trim().toLowerCase()).filter((one) => one !== '')
  if (names.length === 0) refuseColumn('')
  return [...new Set(names)].map((one) => (isColumn(one) ? one : refuseColumn(one)))
}

function parseVariable(text: string): unknown {
  try {
    return text.trim() === '' ? {} : JSON.parse(text)
  } catch {
    throw invalidArgumentValue('ALLOCSCOPE_PROFILE', 'JSON, such as {"mode":"exact","functions":["load"]}', text)
  }
}

/** Reads the settings in `ALLOCSCOPE_PROFILE`. Undefined gives the defaults. Throws Node's own errors for bad arguments. */
export function parseSettings(text: string | undefined): { readonly load: LoadSettings; readonly report: ReportSettings } {
  const given = readOptions(text === undefined ? undefined : parseVariable(text), [...loadSettingNames, ...reportSettingNames])
  const report: ReportSettings = {
    json: checkBoolean('options.json', given.json, false),
    html: checkPath('options.html', given.html),
    output: checkPath('options.output', given.output),
    sort: checkOneOf('options.sort', given.sort, profileSorts, 'allocated'),
    minBytes: checkSize('options.min', given.min),
    columns: checkColumns(given.columns),
  }
  return { load: checkLoadSettings(given), report }
}
