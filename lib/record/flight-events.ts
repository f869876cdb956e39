import type { FileEvent } from './format/file-events.js'

/** A flight recorder that runs in this process. */
export interface OpenFlight {
  /** Milliseconds on the recording's clock. */
  timeMs(): number
  /** Keeps an event. A name that is too long for a slot is cut. */
  write(event: FileEvent): void
}

let open: OpenFlight | undefined

/** The flight recorder that runs in this process; undefined when none does. `mark()` and `span()` tell it what the program names. */
export function openFlight(): OpenFlight | undefined {
  return open
}

/** Names the flight recorder that runs from now on; undefined when it has ended. */
export function setOpenFlight(flight: OpenFlight | undefined): void {
  open = flight
}

/** Gives an event to the flight recorder, if one runs. Its times are those of {@link OpenFlight.timeMs}. */
export function flightEvent(event: FileEvent): void {
  open?.write(event)
}
