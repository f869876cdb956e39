import type { LineProfile, ProfileDocument, ProfileSeries } from '../../profile/index.js'
import { renderJson } from '../json.js'
import { ProfileSums } from './profile-sums.js'
import { selectFunctions } from './profile-selection.js'
import type { ProfileView } from './profile-selection.js'

/** `profile` with the functions that `view` selects, in its order. */
export function viewProfile(profile: LineProfile, view: ProfileView): LineProfile {
  return { ...profile, functions: selectFunctions(profile, view).shown }
}

/** JSON for a place within a document, `depth` levels below its top. */
function nestedJson(model: unknown, depth: number): string {
  return renderJson(model)
    .trimEnd()
    .replaceAll('\n', `\n${'  '.repeat(depth)}`)
}

/** The text of a {@link ProfileDocument} up to its first profile. */
function opening({ functions }: LineProfile): string {
  return `{\n  "version": 1,\n  "functions": ${nestedJson(functions, 1)},\n  "profiles": [\n    `
}

/** What `allocscope profile --json` prints, in parts. */
export function* renderLineProfilesJson(profiles: ProfileSeries, view: ProfileView): Generator<string> {
  const sums = new ProfileSums()
  let isFirst = true
  for (const profile of profiles) {
    sums.add(profile)
    const viewed = viewProfile(profile, view)
    yield isFirst ? opening(viewed) : ',\n    '
    yield nestedJson(viewed, 2)
    isFirst = false
  }
  const totals = sums.totals()
  yield isFirst
    ? renderJson({ version: 1, functions: [], profiles: [], totals } satisfies ProfileDocument)
    : `\n  ],\n  "totals": ${nestedJson(totals, 1)}\n}\n`
}
