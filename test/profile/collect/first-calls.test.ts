import { testOnEachNode } from '../../heap/node-versions.js'
import { collect, functionNamed, lineWith } from './collected.js'

testOnEachNode("what V8 takes for the probes isn't charged to the first lines that run", async (node) => {
  // A compiler in the background takes old space too, and when the program's area there ends just then, a line is charged for both.
  // When V8 optimises a probe depends on how often that has been called, and so on the clock: it takes 16 bytes then.
  const options = { node, flags: ['--single-threaded', '--no-opt', '--no-maglev'] }
  const [[hybrid], [exact]] = await Promise.all([
    collect('hybrid', 'first-calls.cjs', options),
    collect('exact', 'first-calls.cjs', options),
  ])
  // The first line of all: nothing of the program's has been called yet.
  expect(lineWith(functionNamed(hybrid, 'main').lines, 'function main').allocatedBytes).toBe(0)
  // The modes have different probes. What is left is V8's for the functions themselves, which it compiles at their first calls.
  const bytesIn = (profile: typeof hybrid): unknown =>
    profile?.functions.map(({ name, lines }) => [name, lines.map((line) => line.allocatedBytes)])
  expect(bytesIn(hybrid)).toEqual(bytesIn(exact))
})
