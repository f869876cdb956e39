import type { LineProfile } from '../../../profile/index.js'
import { listenToControls, listenToKeys } from './controls.js'
import type { PageState, TotalsTable } from './page-state.js'
import { showProfile } from './profile-panels.js'
import { showTotals } from './totals-panel.js'

/** What is in the page: what its reader has asked to see of a document. */
interface PageData {
  readonly columns: PageState['columns']
  readonly profiles: readonly LineProfile[]
  /** What several threads add up to. */
  readonly totals: readonly TotalsTable[]
}

// What runs in the page of a profile. All text goes in as text nodes; markup is never made of it.

function startPage(): void {
  const data = document.getElementById('profile') as HTMLElement
  // A figure that isn't known is null in JSON, and undefined in a profile.
  const unknownAgain = (_key: string, value: unknown): unknown => value ?? undefined
  const { columns, profiles, totals } = JSON.parse(data.textContent, unknownAgain) as PageData
  const first = profiles[0]
  if (first === undefined) return
  const state: PageState = {
    profiles,
    columns,
    profile: first,
    chosen: undefined,
    metric: 'allocated',
    sort: undefined,
    ascending: false,
    filter: '',
  }
  showTotals(totals)
  listenToControls(state)
  listenToKeys(state)
  showProfile(state, first)
}

startPage()
