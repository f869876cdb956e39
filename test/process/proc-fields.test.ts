import { parseProcFields } from '../../lib/process/proc-fields.js'

test.each([
  ['Rss:                 4 kB', [['Rss', 4096]]],
  ['Private_Clean:\t1234 kB', [['Private_Clean', 1_263_616]]],
  ['Pss: 0 kB', [['Pss', 0]]],
  // The address line of smaps_rollup, and one that only ends like a field.
  ['55a0-7ffd ---p 0000 00:00 0 [rollup]', []],
  ['of Rss: 4 kB', []],
  ['Rss: 4 kB of 8', []],
  ['Rss: 4 MB', []],
  ['Rss:4 kB', []],
  ['Threads:\t11', []],
])('%j', (line, expected) => {
  expect([...parseProcFields(`Before: 1 kB\n${line}\nAfter: 2 kB\n`)]).toEqual([['Before', 1024], ...expected, ['After', 2048]])
})
