import { runBoth } from './run-both.js'

/** A program; what its probes tell, where that is of interest. */
export interface Case {
  readonly name: string
  readonly source: string
  readonly events?: string
}

/** Each program does the same as it is and instrumented, and leaves every function that it enters. */
export function testCases(cases: readonly Case[]): void {
  test.each(cases.map((each) => [each.name, each] as const))('%s', async (_name, { source, events }) => {
    const { original, instrumented, result } = await runBoth(source)
    expect(result.refused).toEqual([])
    expect(result.code).toBeDefined()
    expect(instrumented.log).toEqual(original.log)
    expect(original.log.join()).not.toMatch(/threw SyntaxError/)
    expect(instrumented.recorder.violations).toEqual([])
    expect(instrumented.recorder.unfinished).toBe(0)
    if (events !== undefined) expect(instrumented.recorder.events.join(' ')).toBe(events)
  })
}
