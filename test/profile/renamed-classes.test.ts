import { findRenamedClasses } from '../../lib/profile/load/renamed-classes.js'

function nameIn(text: string, written: string): string | undefined {
  return findRenamedClasses({ texts: new Map([['a.ts', text]]) })('a.ts', written)
}

test('a class that a compiler put an underscore before has its own name', () => {
  expect(nameIn('@logged class Jobs {}', '_Jobs')).toBe('Jobs')
  expect(nameIn('// _Jobs\n/**\n * _Jobs\n */\nclass Jobs {}', '_Jobs')).toBe('Jobs')
  expect(nameIn('export  class\n$é {}', '_$é')).toBe('$é')
})

test.each([
  ['class Jobs {}', 'Jobs'],
  ['class Jobs { run() { return _Jobs } }', '_Jobs'],
  ['class JobsOfOne {}', '_Jobs'],
  ['/* */ const _Jobs = 1; class Jobs {}', '_Jobs'],
  ['/*\n*/ const _Jobs = 1\nclass Jobs {}', '_Jobs'],
  ['// class Jobs {}', '_Jobs'],
  ['subclass Jobs', '_Jobs'],
  ['const Jobs = 1', '_Jobs'],
  ['class Jobs {}', '_'],
])('nobody else gets another name: %j, %s', (text, written) => {
  expect(nameIn(text, written)).toBeUndefined()
})

test('a file whose text is not known has no other names', () => {
  expect(findRenamedClasses({ texts: new Map() })('a.ts', '_Jobs')).toBeUndefined()
})
