import { formatDuration } from '../../lib/report/duration-format.js'

test.each([
  [0.0031, '3.1 µs'],
  [0.42, '0.42 ms'],
  [9.999, '10 ms'],
  [730, '730 ms'],
  [999.7, '1.0 s'],
  [12_400, '12.4 s'],
  [59_960, '1 min 00 s'],
  [125_000, '2 min 05 s'],
  [3_720_000, '1 h 02 min'],
  [undefined, '–'],
])('%p ms is %s', (milliseconds, text) => {
  expect(formatDuration(milliseconds)).toBe(text)
})
