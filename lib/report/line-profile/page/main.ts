import type { LineProfile } from '../../../profile/index.js'
import { listenToControls, listenToKeys } from './controls.js'
import type { PageState } from './page-state.js'
import { showProfile } from './profile-panels.js'

// What runs in the page of a profile. All text goes in as text nodes; markup is never made of it.

function startPage(): void {
  const data = document.getElementById('profile') as HTMLElement
  // A figure that isn't known is null in JSON, and undefined in a profile.
  const unknownAgain = (_key: string, value: unknown): unknown => value ?? undefined
  const { profiles } = JSON.parse(data.textContent, unknownAgain) as { readonly profiles: readonly LineProfile[] }
  const first = profiles[0]
  if (first === undefined) return
  const state: PageState = {
    profiles,
    profile: first,
    chosen: undefined,
    metric: 'allocated',
    sort: undefined,
    ascending: false,
    filter: '',
  }
  listenToControls(state)
  listenToKeys(state)
  showProfile(state, first)
}

startPage()
