import type { FunctionProfile, SampledFunction } from '../holders/index.js'
import { SourceLines } from '../track/index.js'

/** `profile` with its functions where they begin in what the loaded files were compiled from, as far as source maps say. Reads these files as they are now. */
export function atOriginalPlaces(profile: FunctionProfile): FunctionProfile {
  const sources = new SourceLines()
  const place = (one: SampledFunction): SampledFunction => ({ ...one, ...sources.originalPlaceOf(one.file, one) })
  return { ...profile, functions: profile.functions.map(place), places: profile.places.map(place) }
}
