import { differenceCiede2000, filterDeficiencyDeuter, filterDeficiencyProt, filterDeficiencyTrit, parse, wcagContrast } from 'culori'
import type { Color } from 'culori'

import { courseShade, lineColours, stackOrder } from '../../lib/report/owner-palette.js'

/** What a reader without one kind of cones sees. */
const sights: readonly (readonly [string, (colour: Color) => Color])[] = [
  ['all cones', (colour) => colour],
  ['protanopia', filterDeficiencyProt(1)],
  ['deuteranopia', filterDeficiencyDeuter(1)],
  ['tritanopia', filterDeficiencyTrit(1)],
]

const distance = differenceCiede2000()
const colour = (text: string): Color => parse(text) as Color

function leastDistance(colours: readonly string[], see: (colour: Color) => Color): number {
  const seen = colours.map((text) => see(colour(text)))
  const pairs = seen.flatMap((one, index) => seen.slice(index + 1).map((other) => distance(one, other)))
  return Math.min(...pairs)
}

// 1 is the least difference that an eye sees side by side (CIEDE2000). Neighbours of a stack change with what it holds, so all pairs are compared.
const toldApart = 9

for (const [side, theme, card] of [
  [0, 'light', '#ffffff'],
  [1, 'dark', '#171b21'],
] as const)
  for (const [sight, see] of sights)
    test(`owners and lines are told apart with ${sight}, ${theme}`, () => {
      const owners = [...new Set(stackOrder.map((owner) => courseShade(owner)[side]))]
      // The whole of malloc has the colour of what is in use: the two are never in one process.
      expect(owners).toHaveLength(stackOrder.length - 1)
      expect(leastDistance([...owners, card], see)).toBeGreaterThanOrEqual(toldApart)
      const lines = lineColours.map((shade) => shade[side])
      expect(leastDistance(lines, see)).toBeGreaterThanOrEqual(toldApart)
      // What WCAG 2 asks of what isn't text.
      for (const line of lines) expect(wcagContrast(colour(line), colour(card))).toBeGreaterThanOrEqual(3)
    })
