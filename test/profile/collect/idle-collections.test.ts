import { testOnEachNode } from '../../heap/node-versions.js'
import { collect, functionNamed, lineWith } from './collected.js'

testOnEachNode('collections while no profiled call runs change no figure, and those while one is suspended count', async (node) => {
  const [profile] = await collect('hybrid', 'idle.cjs', { node, flags: ['--expose-gc'] })
  const lineOf = (name: string, part: string) => lineWith(functionNamed(profile, name).lines, part)
  // 160 MB were made and collected before each of them.
  const keeps = lineOf('keeps', 'kept.push')
  expect(keeps.occurrences).toBe(20)
  expect(keeps.allocatedBytes / (20 * 40_016)).toBeCloseTo(1, 1)
  expect(keeps.incrementBytes / (20 * 40_016)).toBeCloseTo(1, 1)
  // Of as much garbage and one array that is kept, the array.
  expect(lineOf('waits', 'await until').othersBytes / 2_000_016).toBeCloseTo(1, 1)
  const garbage = lineOf('collects', 'makeGarbage')
  expect(garbage.allocatedBytes / (20_000 * 8_032)).toBeCloseTo(1, 1)
  expect(profile?.notes).toEqual([])
})
