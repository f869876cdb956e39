import { rowsOfEarlierList } from '../../lib/allocator/glibc/arena-rows.js'

// glibc's list: the main arena, then the newest first.
test.each([
  [1, ['main'], ['main']],
  [3, ['main', 'b', 'a'], ['main', 'b', 'a']],
  [3, ['main', 'd', 'c', 'b', 'a'], ['main', 'b', 'a']],
  [1, ['main', 'b', 'a'], ['main']],
  [2, ['main', 'b', 'a'], ['main', 'a']],
  [0, ['main', 'a'], []],
  [2, [], [undefined, undefined]],
] as const)('the first %i arenas in a list of %j', (count, later, expected) => {
  expect(rowsOfEarlierList<string>(count, later)).toEqual(expected)
})
