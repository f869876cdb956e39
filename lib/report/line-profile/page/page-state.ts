import type { FunctionProfile, LineProfile } from '../../../profile/index.js'
import type { ProfileColumn } from '../../profile-columns.js'

/** A figure of a line: the heat of its function's lines shows one of them. */
export type Metric = ProfileColumn

export type SortKey = 'name' | 'allocated' | 'increment' | 'peak' | 'calls'

/** A table of what several threads add up to, as the page's maker has laid it out. */
export interface TotalsTable {
  readonly heading: string
  readonly columns: readonly { readonly title: string; readonly isWord: boolean }[]
  readonly rows: readonly (readonly string[])[]
  readonly remarks: readonly string[]
}

/** What the reader has chosen. */
export interface PageState {
  readonly profiles: readonly LineProfile[]
  /** Undefined for the usual ones of each function. */
  readonly columns: readonly ProfileColumn[] | undefined
  profile: LineProfile
  chosen: FunctionProfile | undefined
  metric: Metric
  sort: SortKey | undefined
  ascending: boolean
  filter: string
}
