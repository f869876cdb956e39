import { parseBytes } from '../../lib/figures/index.js'

test.each([
  ['4096', 4096],
  ['0.5KiB', 512],
  ['24 MB', 24e6],
  ['24 MiB', 24 * 2 ** 20],
  ['1gib', 2 ** 30],
  [' 7 B ', 7],
  ['0.1 PB', 1e14],
  ['0.1MiB', 104_858],
])('parseBytes reads %j', (text, bytes) => {
  expect(parseBytes(text)).toBe(bytes)
})

test.each(['', 'much', '4 MB/s', '-1 MB', '1e3', 'iB', '1 iB', '1.5.2 MB', '.5 MB'])('parseBytes refuses %j', (text) => {
  expect(parseBytes(text)).toBeUndefined()
})
