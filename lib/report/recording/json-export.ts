import type { Recording, Track } from '../../record/index.js'
import { inChunks } from './sample-order.js'

const figuresPerPart = 4096

function* numbersOf(numbers: Float64Array): Generator<string> {
  yield '['
  for (let from = 0; from < numbers.length; from += figuresPerPart) {
    // JSON has no NaN: it writes null, as renderJson does.
    const part = JSON.stringify(Array.from(numbers.subarray(from, from + figuresPerPart)))
    yield `${from === 0 ? '' : ','}${part.slice(1, -1)}`
  }
  yield ']'
}

function* trackOf({ process, source, timeMs, columns }: Track): Generator<string> {
  yield `{"process":${process},"source":${JSON.stringify(source)},"timeMs":`
  yield* numbersOf(timeMs)
  yield ',"columns":{'
  let comma = ''
  for (const [name, figures] of Object.entries(columns)) {
    yield `${comma}${JSON.stringify(name)}:`
    yield* numbersOf(figures)
    comma = ','
  }
  yield '}}'
}

function* partsOf({ tracks, ...rest }: Recording): Generator<string> {
  const head = JSON.stringify({ version: 1, ...rest }, (_key, value: unknown) => (value === undefined ? null : value))
  yield `${head.slice(0, -1)},"tracks":[`
  let comma = ''
  for (const track of tracks) {
    yield comma
    yield* trackOf(track)
    comma = ',\n'
  }
  yield ']}\n'
}

/** A whole recording as JSON, in parts: all that its file tells, each column of samples as a list. What isn't known is null. */
export function recordingJson(recording: Recording): Generator<string> {
  return inChunks(partsOf(recording))
}
