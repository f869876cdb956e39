import { lazily } from '../../loading/index.js'

const levenshtein = lazily(() => require('fastest-levenshtein') as typeof import('fastest-levenshtein'))

/** `word` with two neighbours exchanged, for each two of them: one slip of the fingers, which Levenshtein's distance counts as two. */
function exchanges(word: string): readonly string[] {
  return Array.from({ length: Math.max(0, word.length - 1) }, (_unused, index) => {
    const [first, second] = [word.charAt(index), word.charAt(index + 1)]
    return word.slice(0, index) + second + first + word.slice(index + 2)
  })
}

/** How many edits make `name`, or its part after the last dot, of what was given; an exchange of neighbours is one edit. */
function nearnessTo(wanted: string): (name: string) => number {
  const { distance } = levenshtein()
  const given = wanted.toLowerCase()
  const exchanged = exchanges(given)
  const edits = (name: string): number => exchanged.reduce((least, one) => Math.min(least, 1 + distance(one, name)), distance(given, name))
  return (name) => {
    const whole = name.toLowerCase()
    const short = whole.slice(whole.lastIndexOf('.') + 1)
    if (given.length >= 3 && short.includes(given)) return 1
    return Math.min(edits(whole), edits(short))
  }
}

const mostNames = 3

/** Names that may have been meant by `wanted`, the nearest first. */
export function findNearNames(wanted: string, names: readonly string[]): readonly string[] {
  const tolerance = Math.max(1, Math.floor(wanted.length / 3))
  const nearness = nearnessTo(wanted)
  return [...new Set(names)]
    .map((name) => ({ name, edits: nearness(name) }))
    .filter(({ edits }) => edits <= tolerance)
    .sort((one, other) => one.edits - other.edits || one.name.localeCompare(other.name, 'en'))
    .slice(0, mostNames)
    .map(({ name }) => name)
}
