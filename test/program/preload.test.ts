import { hidePreload, preloadsAfter, takeVariable } from '../../lib/program/index.js'

const own = '/lib/own.js'
const isOwn = (name: string): boolean => name === own

/** What is left of node's flags once our preload has hidden itself; the array itself, which node hands to children, is changed. */
function hiddenIn(flags: readonly string[]): readonly string[] {
  const { execArgv } = process
  const given = [...flags]
  process.execArgv = given
  try {
    hidePreload(isOwn)
    return given
  } finally {
    process.execArgv = execArgv
  }
}

function laterIn(flags: readonly string[]): readonly string[] {
  const { execArgv } = process
  process.execArgv = [...flags]
  try {
    return preloadsAfter(isOwn)
  } finally {
    process.execArgv = execArgv
  }
}

test.each([
  ['by --require', ['--require', own, '--inspect=0'], ['--inspect=0']],
  ['by -r, between others', ['-r', '/a.js', '-r', own, '-r', '/b.js'], ['-r', '/a.js', '-r', '/b.js']],
  ['by --import, joined', ['--trace-gc', `--import=${own}`], ['--trace-gc']],
  ['several times', ['--require', own, '--import', own, `-r=${own}`], []],
  ['not at all', ['--require', '/lib/own.js.map', '--title', own], ['--require', '/lib/own.js.map', '--title', own]],
  ['with nothing behind the flag', ['--require'], ['--require']],
])('a preload hides itself: %s', (_how, flags, expected) => {
  expect(hiddenIn(flags)).toEqual(expected)
})

test('preloads behind the last of ours are named, in order', () => {
  expect(laterIn(['--import', '/a.mjs', '--require', own, '--import=/b.mjs', '-r', '/c.js'])).toEqual(['/b.mjs', '/c.js'])
  expect(laterIn(['--import', '/a.mjs'])).toEqual([])
})

test('a variable that is meant for allocscope alone is taken out of the environment', () => {
  process.env['ALLOCSCOPE_TEST_VARIABLE'] = 'for us'
  expect(takeVariable('ALLOCSCOPE_TEST_VARIABLE')).toBe('for us')
  expect('ALLOCSCOPE_TEST_VARIABLE' in process.env).toBe(false)
  expect(takeVariable('ALLOCSCOPE_TEST_VARIABLE')).toBeUndefined()
})
