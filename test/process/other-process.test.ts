import fs from 'node:fs'

import { watchFromOutside } from '../../lib/process/index.js'

function status(rssKibibytes: number, peakKibibytes: number): string {
  return `Name:\tnode\nVmHWM:\t${peakKibibytes} kB\nVmRSS:\t   ${rssKibibytes} kB\nHugetlbPages:\t 7 kB\n`
}

/** What /proc answers about process 42, one look after the other; the last answer stays. */
function answering(...answers: readonly (string | Error)[]): jest.SpyInstance {
  let looks = 0
  return jest.spyOn(fs, 'readFileSync').mockImplementation((file, options) => {
    expect([file, options]).toEqual(['/proc/42/status', 'latin1'])
    const answer = answers[Math.min(looks++, answers.length - 1)] as string | Error
    if (answer instanceof Error) throw answer
    return answer
  })
}

beforeEach(() => {
  jest.useFakeTimers()
})

afterEach(() => {
  jest.useRealTimers()
  jest.restoreAllMocks()
})

test('the first look is made at once, the others an interval apart', () => {
  const reading = answering(status(100, 150), status(200, 250), status(50, 250))
  const stop = watchFromOutside(42, 100)
  expect(reading).toHaveBeenCalledTimes(1)
  jest.advanceTimersByTime(99)
  expect(reading).toHaveBeenCalledTimes(1)
  jest.advanceTimersByTime(101)
  expect(reading).toHaveBeenCalledTimes(3)
  expect(stop()).toEqual({ rssBytes: 50 * 1024, peakRssBytes: 250 * 1024, readings: 3 })
  jest.advanceTimersByTime(1000)
  expect(reading).toHaveBeenCalledTimes(3)
})

test('of a process that has ended, the last sighting stays', () => {
  // A zombie has a status, but none of its memory.
  answering(status(100, 150), 'Name:\tnode\nState:\tZ (zombie)\n')
  const stop = watchFromOutside(42, 100)
  jest.advanceTimersByTime(300)
  expect(stop()).toEqual({ rssBytes: 100 * 1024, peakRssBytes: 150 * 1024, readings: 1 })
})

test('of a process that is gone, nothing is asked any more', () => {
  const reading = answering(status(100, 150), new Error('ENOENT'), status(1, 1))
  const stop = watchFromOutside(42, 100)
  jest.advanceTimersByTime(500)
  expect(reading).toHaveBeenCalledTimes(2)
  expect(stop()).toMatchObject({ rssBytes: 100 * 1024, readings: 1 })
})

test('where there is no /proc there is no sighting', () => {
  jest.useRealTimers()
  expect(watchFromOutside(2 ** 30, 100)()).toBeUndefined()
})

test('a line is told by its whole name and its unit', () => {
  answering('XVmRSS:\t1 kB\nVmRSS: 2 kBs\nVmRSS:\t3 kB\nVmHWM:\t4 MB\n')
  expect(watchFromOutside(42, 100)()).toEqual({ rssBytes: 3072, peakRssBytes: 0, readings: 1 })
})
