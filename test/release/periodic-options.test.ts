import { checkPeriodicOptions } from '../../lib/release/periodic-options.js'

const dayMs = 86_400_000
const defaults = {
  intervalMs: 60_000,
  idleBelow: 0.3,
  maxStallMs: 50,
  gc: false,
  faultBackMs: 10_000,
  maxFaultBackShare: 0.5,
  minReturnedBytes: 1_048_576,
  vainReleases: 3,
}
const least = {
  intervalMs: 100,
  idleBelow: 0,
  maxStallMs: 0,
  gc: true,
  faultBackMs: 1,
  maxFaultBackShare: 0,
  minReturnedBytes: 0,
  vainReleases: 1,
}
const most = { intervalMs: dayMs, idleBelow: 1, faultBackMs: dayMs, maxFaultBackShare: 1 }

test('the defaults', () => {
  expect(checkPeriodicOptions(undefined)).toEqual(defaults)
  expect(checkPeriodicOptions({})).toEqual(defaults)
})

test('what is given stands, at the borders too', () => {
  expect(checkPeriodicOptions(least)).toEqual(least)
  expect(checkPeriodicOptions(most)).toEqual({ ...defaults, ...most })
})

test.each([
  { intervalMs: 99 },
  { intervalMs: dayMs + 1 },
  { idleBelow: -0.1 },
  { idleBelow: 1.1 },
  { maxStallMs: -1 },
  { faultBackMs: 0 },
  { faultBackMs: dayMs + 1 },
  { maxFaultBackShare: -0.1 },
  { maxFaultBackShare: 1.1 },
  { minReturnedBytes: -1 },
  { vainReleases: 0 },
])('refuses %j by its name', (options) => {
  const message = expect.stringContaining(`"options.${Object.keys(options)[0]}"`) as string
  expect(() => checkPeriodicOptions(options)).toThrow(expect.objectContaining({ code: 'ERR_OUT_OF_RANGE', message }) as Error)
})

test('refuses a gc that is no boolean by its name', () => {
  expect(() => checkPeriodicOptions({ gc: 1 })).toThrow(/"options\.gc" property must be of type boolean/)
})
