import { formatBytes, formatCount } from '../figures/index.js'
import type { LeakingPlace, LeakSearch } from '../track/index.js'
import { perCallText } from './native-finding.js'

/** More places aren't named. */
const mostPlaces = 5

function describeScript({ script }: LeakingPlace): string {
  if (script === undefined) return 'no JavaScript of the function'
  const { functionName, file, line, isExactLine } = script
  const name = functionName === '' ? '(anonymous)' : functionName
  const place = `${file === '' ? '(evaluated)' : file}${line === undefined ? '' : `:${line}`}`
  return isExactLine || line === undefined ? `${name} ${place}` : `${name}, which begins at ${place}`
}

function describePlace(place: LeakingPlace): string {
  const { nativeFunction, module, bytesPerCall, bytesPerCallError } = place
  const figure = `${perCallText(bytesPerCall)} ±${formatBytes(bytesPerCallError)}`
  return `  ${figure}: ${describeScript(place)}, by ${nativeFunction === '' ? '(no symbol)' : nativeFunction} [${module}]`
}

/** Who holds what leaked, in lines of text. */
export function describeLeakingLines({ calls, places, limitations }: LeakSearch): string[] {
  const more = places.length - mostPlaces
  const found =
    places.length > 0
      ? [
          `Where it leaks, by ${formatCount(calls)} more calls with every native block tracked (bytes that were asked for):`,
          ...places.slice(0, mostPlaces).map(describePlace),
          ...(more > 0 ? [`  and ${formatCount(more)} more`] : []),
        ]
      : [
          `Where it leaks isn't known: ${limitations.length > 0 ? limitations.join('; ') : `in ${formatCount(calls)} more calls no line's live bytes grew evenly`}`,
        ]
  return [...found, ...(places.length > 0 ? limitations.map((limitation) => `  ${limitation}`) : [])]
}
