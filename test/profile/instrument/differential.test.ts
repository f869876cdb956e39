import fc from 'fast-check'

import { programs } from './programs.js'
import { instrumentAll, runBoth } from './run-both.js'

/** `ALLOCSCOPE_PROGRAMS=20000 npx jest test/profile/instrument/differential` looks longer. */
const numRuns = Number(process.env['ALLOCSCOPE_PROGRAMS'] ?? 300)

/** fast-check prints the seed and the shrunk program of a failure. */
test('a generated program does the same instrumented', async () => {
  let ran = 0
  await fc.assert(
    fc.asyncProperty(programs, async (source) => {
      fc.pre(!instrumentAll(source).syntaxError)
      const { original, instrumented, result } = await runBoth(source)
      if (result.functions.length > 0) ran++
      expect(instrumented.log).toEqual(original.log)
      expect(instrumented.recorder.violations).toEqual([])
    }),
    { numRuns, maxSkipsPerRun: 20 },
  )
  expect(ran).toBeGreaterThan(numRuns * 0.9)
}, 600_000)
