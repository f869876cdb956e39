/** How many edits turn `one` into `other`: insertions, deletions, substitutions, swaps of neighbours. */
function distance(one: string, other: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: other.length + 1 }, (_unused, index) => index)
  for (let i = 1; i <= one.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= other.length; j += 1) {
      const cost = one[i - 1] === other[j - 1] ? 0 : 1
      let least = Math.min((last[j] as number) + 1, (row[j - 1] as number) + 1, (last[j - 1] as number) + cost)
      if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1])
        least = Math.min(least, (beforeLast[j - 2] as number) + 1)
      row.push(least)
    }
    beforeLast = last
    last = row
  }
  return last[other.length] as number
}

function nearness(wanted: string, name: string): number {
  const short = name.slice(name.lastIndexOf('.') + 1).toLowerCase()
  const given = wanted.toLowerCase()
  if (given.length >= 3 && short.includes(given)) return 1
  return Math.min(distance(given, name.toLowerCase()), distance(given, short))
}

const mostNames = 3

/** Names that may have been meant by `wanted`, the nearest first. */
export function findNearNames(wanted: string, names: readonly string[]): readonly string[] {
  const tolerance = Math.max(1, Math.floor(wanted.length / 3))
  return [...new Set(names)]
    .map((name) => ({ name, edits: nearness(wanted, name) }))
    .filter(({ edits }) => edits <= tolerance)
    .sort((one, other) => one.edits - other.edits || one.name.localeCompare(other.name, 'en'))
    .slice(0, mostNames)
    .map(({ name }) => name)
}
