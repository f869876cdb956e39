import type { LineProfile } from './line-profile.js'

/**
 * The profiles of a run, which are read one after the other each time that they are gone through. A run may have hundreds of threads and processes,
 * with every line of the program in the profile of each.
 */
export type ProfileSeries = Iterable<LineProfile>

/** `profiles` with each of them changed when its turn comes. */
export function mapProfiles(profiles: ProfileSeries, change: (profile: LineProfile, index: number) => LineProfile): ProfileSeries {
  return {
    *[Symbol.iterator]() {
      let index = 0
      for (const profile of profiles) yield change(profile, index++)
    },
  }
}

/** Whether `holds` for one of them. Reads no further than to the first for which it does. */
export function someProfile(profiles: ProfileSeries, holds: (profile: LineProfile) => boolean): boolean {
  for (const profile of profiles) if (holds(profile)) return true
  return false
}
