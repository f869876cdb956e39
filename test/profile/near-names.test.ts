import { findNearNames } from '../../lib/profile/load/near-names.js'

const names = ['outer', 'Counter.add', 'load', 'loadAll', 'parseHeaders', 'writeReport', 'constructor']

// Each has its one slip in view; the distance itself is its package's to prove.
test.each([
  ['a letter left out', 'parseHeadrs', 'parseHeaders'],
  ['a letter too many', 'outerr', 'outer'],
  ['another letter', 'ouzer', 'outer'],
  ['neighbours exchanged', 'outre', 'outer'],
  ['the first two exchanged', 'uoter', 'outer'],
  ['the last two exchanged, in four letters', 'laod', 'load'],
  ['neighbours exchanged and a letter left out', 'wrtieReprt', 'writeReport'],
  ['another case', 'WRITEREPORT', 'writeReport'],
  ['a part of it', 'Headers', 'parseHeaders'],
  ['a method with its class', 'Counter.ad', 'Counter.add'],
  ['a method without its class', 'dad', 'Counter.add'],
])('%s', (_slip, wanted, meant) => {
  expect(findNearNames(wanted, names)[0]).toBe(meant)
})

test('more edits than a third of the letters are another name', () => {
  expect(findNearNames('oxtxr', names)).toEqual([])
  expect(findNearNames('somethingElse', names)).toEqual([])
  expect(findNearNames('ad', ['b', ''])).toEqual([])
})

test('three at most, each once, the nearest first, and of equals in the order of the alphabet', () => {
  expect(findNearNames('reader', ['reamer', 'raider', 'leader', 'readers', 'leader'])).toEqual(['leader', 'readers', 'reamer'])
  expect(findNearNames('sender', ['tenders', 'sendre', 'fenders'])).toEqual(['sendre', 'fenders', 'tenders'])
})
