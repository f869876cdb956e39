import { checkBoolean, checkOneOf, invalidArgumentType, invalidArgumentValue, readOptions } from '../errors/index.js'
import { parseBytes } from '../figures/index.js'
import { checkLoadSettings, loadSettingNames } from '../profile/load/index.js'
import type { LoadSettings } from '../profile/index.js'
import { profileSorts } from '../report/profile-sorts.js'
import type { ProfileView } from '../report/index.js'

/** Where a profile is printed, and which part of it. */
export interface ReportSettings extends ProfileView {
  /** A {@link ProfileDocument} instead of the tables. */
  readonly json: boolean
  /** A file for the HTML page. The profile is printed as well. */
  readonly html: string | undefined
  /** A file to write to instead of standard error. */
  readonly output: string | undefined
}

const reportSettingNames = ['json', 'html', 'output', 'sort', 'min'] as const

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
  }
  return { load: checkLoadSettings(given), report }
}
