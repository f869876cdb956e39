import type { LineProfile, ProfileDocument } from '../../profile/index.js'
import { renderJson } from '../json.js'
import { selectFunctions } from './profile-selection.js'
import type { ProfileView } from './profile-selection.js'

/** The document that `--json` prints and `--html` shows, with the functions that `view` selects, in its order. */
export function profileDocument(profiles: readonly LineProfile[], view: ProfileView): ProfileDocument {
  const viewed = profiles.map((profile) => ({ ...profile, functions: selectFunctions(profile, view).shown }))
  return { version: 1, functions: viewed[0]?.functions ?? [], profiles: viewed }
}

/** What `allocscope profile --json` prints. */
export function renderLineProfilesJson(profiles: readonly LineProfile[], view: ProfileView): string {
  return renderJson(profileDocument(profiles, view))
}
