import { testOnEachNode } from '../heap/node-versions.js'
import { functionNamed, profileProgram, program, run } from './profiled-program.js'

// The oracle is `node --test` of the same file.

/** Times differ from run to run, and so do frames of node's own, by what it awaits when. */
function steady(text: string): string {
  return text
    .replace(/duration_ms [\d.]+/g, 'duration_ms')
    .replace(/duration_ms: [\d.]+/g, 'duration_ms')
    .replace(/\([\d.]+ms\)/g, '(ms)')
    .replace(/^.*(?:node:internal|node:async_hooks).*\n/gm, '')
}

testOnEachNode('profile --test does what node --test does', async (node) => {
  const file = program('tested.test.cjs')
  // Plain node would take this test for one that it runs itself.
  const env = { NODE_TEST_CONTEXT: undefined }
  for (const reporter of ['tap', 'spec']) {
    const flag = `--test-reporter=${reporter}`
    const plain = await run(node, [flag, '--test', file], env)
    const { document, ...profiled } = await profileProgram(node, [`--node-option=${flag}`, '--all', '--test', file], env)
    expect({ ...profiled, stdout: steady(profiled.stdout) }).toEqual({ ...plain, stdout: steady(plain.stdout) })
    expect(plain).toMatchObject({ code: 1, stderr: '' })
    expect(plain.stdout).toContain('assert.ok(sum > 3)')
    const profiles = document.profiles.filter(({ functions }) => functions.length > 0)
    expect(profiles.map((profile) => functionNamed(profile, 'add').calls)).toEqual([2])
  }
})

/** What coverage says of the tested file. In a checkout the profiler's own files, too, are outside of node_modules and have their rows. */
function coverageRow(text: string): readonly string[] | undefined {
  const row = text.split('\n').find((line) => line.includes('added.cjs') && line.includes('|'))
  return row?.split('|').map((cell) => cell.trim())
}

function beforeCoverage(text: string): string {
  return steady(text.slice(0, text.indexOf('start of coverage report')))
}

testOnEachNode('with coverage it measures the original, and nothing is profiled', async (node, major) => {
  const file = program('tested.test.cjs')
  // Later versions leave out what is in a folder called test, unless told what to leave out.
  const exclude = major >= 24 ? ['--test-coverage-exclude=dist/**'] : []
  const flags = ['--experimental-test-coverage', '--test-reporter=tap', ...exclude]
  const env = { NODE_TEST_CONTEXT: undefined }
  const plain = await run(node, [...flags, '--test', file], env)
  const options = flags.map((flag) => `--node-option=${flag}`)
  const { document, ...profiled } = await profileProgram(node, [...options, '--all', '--test', file], env)
  expect({ ...profiled, stdout: beforeCoverage(profiled.stdout) }).toEqual({ ...plain, stdout: beforeCoverage(plain.stdout) })
  expect(coverageRow(plain.stdout)).toHaveLength(5)
  expect(coverageRow(profiled.stdout)).toEqual(coverageRow(plain.stdout))
  expect(document.profiles.length).toBeGreaterThan(1)
  for (const { functions, notes } of document.profiles) {
    expect(functions).toEqual([])
    expect(notes.join()).toMatch(/V8 measures coverage/)
  }
})
