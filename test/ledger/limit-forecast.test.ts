import os from 'node:os'

import { forecastLimit } from '../../lib/ledger/limit-forecast.js'
import type { LimitForecast } from '../../lib/ledger/limit-forecast.js'
import type { TakenLedger } from '../../lib/ledger/index.js'
import type { LimitedGroup } from '../../lib/process/index.js'

function takenAt(elapsedMs: number, ...limits: readonly LimitedGroup[]): TakenLedger {
  return { moment: 'interval', elapsedMs, ledger: { container: { supported: true, limits } } } as unknown as TakenLedger
}

function unknownAt(elapsedMs: number): TakenLedger {
  return { moment: 'interval', elapsedMs, ledger: { container: { supported: false, reason: 'none' } } } as unknown as TakenLedger
}

const at = (group: string, usageBytes: number | undefined, limitBytes = 1000): LimitedGroup => ({ group, limitBytes, usageBytes })

test('what is left by what was added, with the time between the readings', () => {
  // 200 in 2 s, 700 left.
  const expected: LimitForecast = { group: '/a', grownBytes: 200, basisMs: 2000, timeToLimitMs: 7000 }
  expect(forecastLimit(takenAt(500, at('/a', 100)), takenAt(2500, at('/a', 300)), 199)).toEqual(expected)
})

test('at the limit it is 0', () => {
  expect(forecastLimit(takenAt(0, at('/a', 100)), takenAt(1, at('/a', 1200)), 0)).toMatchObject({ timeToLimitMs: 0 })
})

test('a group that rises within the noise does not stand before one that rises beyond it', () => {
  // /a would be at its limit in a second, but what it rose by is noise.
  const [earlier, later] = [takenAt(0, at('/a', 980), at('/', 0, 5000)), takenAt(1000, at('/a', 990), at('/', 500, 5000))]
  expect(forecastLimit(earlier, later, 9)).toMatchObject({ group: '/a', timeToLimitMs: 1000 })
  expect(forecastLimit(earlier, later, 10)).toMatchObject({ group: '/', grownBytes: 500, timeToLimitMs: 9000 })
})

test.each<[string, TakenLedger | undefined, TakenLedger]>([
  ['there is no ledger before', undefined, takenAt(1, at('/a', 9))],
  ['usage stays', takenAt(0, at('/a', 9)), takenAt(1, at('/a', 9))],
  ['usage falls', takenAt(0, at('/a', 9)), takenAt(1, at('/a', 8))],
  ['nothing limits', takenAt(0), takenAt(1)],
  ['the group is another', takenAt(0, at('/a', 1)), takenAt(1, at('/b', 9))],
  ['usage was not known', takenAt(0, at('/a', undefined)), takenAt(1, at('/a', 9))],
  ['usage is not known', takenAt(0, at('/a', 1)), takenAt(1, at('/a', undefined))],
  ['the group was not known', unknownAt(0), takenAt(1, at('/a', 9))],
  ['the group is not known', takenAt(0, at('/a', 1)), unknownAt(1)],
  // The ledger of the peak comes at the end, and was taken before.
  ['it was taken before', takenAt(2, at('/a', 1)), takenAt(1, at('/a', 9))],
])('undefined where %s', (_, earlier, later) => {
  expect(forecastLimit(earlier, later, 0)).toBeUndefined()
})

test('the noise is what the kernel may charge beforehand for every processor', () => {
  const noise = os.cpus().length * 64 * 4096
  const forecast = (grown: number): LimitForecast | undefined =>
    forecastLimit(takenAt(0, at('/a', 0, 2 ** 40)), takenAt(1000, at('/a', grown, 2 ** 40)))
  expect(forecast(noise)).toBeUndefined()
  expect(forecast(noise + 1)).toMatchObject({ grownBytes: noise + 1 })
})
