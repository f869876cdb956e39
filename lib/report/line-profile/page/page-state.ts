import type { FunctionProfile, LineProfile } from '../../../profile/index.js'

/** The figure of a line that the heat of its function's lines shows. */
export type Metric = 'allocated' | 'increment' | 'peak' | 'others' | 'occurrences'

export type SortKey = 'name' | 'allocated' | 'increment' | 'peak' | 'calls'

/** What the reader has chosen. */
export interface PageState {
  readonly profiles: readonly LineProfile[]
  profile: LineProfile
  chosen: FunctionProfile | undefined
  metric: Metric
  sort: SortKey | undefined
  ascending: boolean
  filter: string
}
