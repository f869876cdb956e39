import type { Track } from '../../record/index.js'

/** A sample by its track and its place there. */
export interface PlacedSample {
  readonly track: Track
  readonly index: number
}

/** The samples of all tracks by their time; those of the same time in the order of the tracks. */
export function* samplesInOrder(tracks: readonly Track[]): Generator<PlacedSample> {
  const count = tracks.reduce((sum, { timeMs }) => sum + timeMs.length, 0)
  const [times, places, indexes] = [new Float64Array(count), new Uint32Array(count), new Uint32Array(count)]
  let at = 0
  tracks.forEach(({ timeMs }, place) => {
    timeMs.forEach((time, index) => {
      times[at] = time
      places[at] = place
      indexes[at++] = index
    })
  })
  const order = Uint32Array.from({ length: count }, (_, index) => index).sort(
    (one, other) => (times[one] as number) - (times[other] as number),
  )
  for (const sample of order) {
    yield { track: tracks[places[sample] as number] as Track, index: indexes[sample] as number }
  }
}

const chunkCharacters = 1 << 16

/** Lines put together to texts of some size, each worth a write. */
export function* inChunks(lines: Iterable<string>): Generator<string> {
  let chunk = ''
  for (const line of lines) {
    chunk += line
    if (chunk.length < chunkCharacters) continue
    yield chunk
    chunk = ''
  }
  if (chunk !== '') yield chunk
}
