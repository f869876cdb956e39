import type { CheckRound } from '../release/index.js'
import { unknownFigure } from '../figures/index.js'

const figures = {
  rss: ({ rssBytes }: CheckRound) => rssBytes,
  heap: ({ heap }: CheckRound) => heap.usedBytes,
  external: ({ externalBytes }: CheckRound) => externalBytes,
  native: ({ grown }: CheckRound) => grown.nativeBytes,
}

/** A figure of each round. */
export type RoundFigure = keyof typeof figures

function signed(bytes: number | undefined): string {
  if (bytes === undefined) return unknownFigure
  return bytes < 0 ? String(Math.round(bytes)) : `+${Math.round(bytes)}`
}

function change(before: CheckRound, after: CheckRound, figure: RoundFigure): number | undefined {
  const [from, to] = [figures[figure](before), figures[figure](after)]
  return from === undefined || to === undefined ? undefined : to - from
}

/**
 * A line for each round after the first point, with its changes in bytes: `Run # 1: native=+388160 | rss=+327680 | (calls= 200, avg/call=+1940)`. The
 * average is of the first figure.
 */
export function renderCheckRounds(rounds: readonly CheckRound[], shown: readonly [RoundFigure, ...RoundFigure[]]): string[] {
  const counted = rounds.slice(1)
  const numberWidth = Math.max(2, String(counted.length).length + 1)
  const callsWidth = Math.max(4, ...counted.map(({ calls }) => String(calls).length + 1))
  return counted.map((round, index) => {
    const before = rounds[index] as CheckRound
    const changes = shown.map((figure) => `${figure}=${signed(change(before, round, figure))}`).join(' | ')
    const first = change(before, round, shown[0])
    const average = signed(first === undefined ? undefined : first / round.calls)
    return `Run #${String(index + 1).padStart(numberWidth)}: ${changes} | (calls=${String(round.calls).padStart(callsWidth)}, avg/call=${average})`
  })
}
