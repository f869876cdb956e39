import { renderLedger, renderLimitForecast } from '../../lib/report/index.js'
import { explainProcess } from '../../lib/ledger/index.js'
import { plainStyle } from '../../lib/report/text-style.js'

const mebibyte = 2 ** 20

function render(figures: object): string {
  const ledger = { ...explainProcess(process.pid), ...figures }
  return renderLedger(ledger, 'a program', plainStyle).replaceAll(/\s+/g, ' ')
}

test('page tables stand beside RSS; swap and pinned memory where there is any', () => {
  const none = render({ pageTableBytes: 3 * mebibyte, pinnedBytes: 0, swapBytes: 0 })
  expect(none).toContain('Beside RSS: page tables 3.0 MiB.')
  expect(none).not.toMatch(/swapped out|pinned/)
  const all = render({ pageTableBytes: 3 * mebibyte, pinnedBytes: 5 * mebibyte, swapBytes: 7 * mebibyte })
  expect(all).toContain('Beside RSS: page tables 3.0 MiB, swapped out 7.0 MiB.')
  expect(all).toContain('5.0 MiB are pinned')
  expect(render({ pageTableBytes: undefined, pinnedBytes: undefined, swapBytes: undefined })).not.toContain('Beside RSS')
})

test('what told which pages are resident', () => {
  expect(render({ residencyFrom: 'page-tables' })).toMatch(/Read in [^.]+\.?[^.]*, from the page tables\./)
  expect(render({ residencyFrom: 'smaps' })).toContain('from /proc/<pid>/smaps.')
})

test.each([
  [720_000, 'At this rate /a/b is at its limit in 12 min 00 s: +12.0 MiB in 10.0 s since the last ledger, page cache included.'],
  [0, '/a/b is at its limit: +12.0 MiB in 10.0 s since the last ledger.'],
])('when a control group is at its limit: in %d ms', (timeToLimitMs, expected) => {
  const forecast = { group: '/a/b', grownBytes: 12 * mebibyte, basisMs: 10_000, timeToLimitMs }
  expect(renderLimitForecast(forecast, plainStyle).replaceAll(/\s+/g, ' ').trim()).toBe(expected)
})
