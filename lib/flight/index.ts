import { readFlightOptions } from './flight-options.js'
import type { FlightOptions } from './flight-options.js'
import { startRecorder } from './flight-recorder.js'
import type { FlightRecorder } from './flight-recorder.js'

export type { FlightOptions } from './flight-options.js'
export type { FlightRecorder } from './flight-recorder.js'

/** Public: described where it is exported, in lib/index.ts. */
export function startFlightRecorder(options?: FlightOptions): FlightRecorder {
  return startRecorder(readFlightOptions(options))
}
