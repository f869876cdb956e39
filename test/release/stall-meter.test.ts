import { StallMeter } from '../../lib/release/stall-meter.js'

const clock = { nowMs: 0 }
const mainThread = { stallMs: 0 }

jest.mock('node:perf_hooks', () => ({ performance: { now: () => clock.nowMs } }))
jest.mock('node:timers/promises', () => ({
  setTimeout: (ms: number) => {
    clock.nowMs += ms + mainThread.stallMs
    return Promise.resolve()
  },
}))

const handle = 7 as unknown as NodeJS.Timeout
let tick: () => void = () => undefined
let cleared: unknown[] = []

beforeEach(() => {
  clock.nowMs = 1000
  mainThread.stallMs = 0
  cleared = []
  jest.spyOn(globalThis, 'setInterval').mockImplementation((given: () => void, everyMs?: number) => {
    expect(everyMs).toBe(1)
    tick = given
    return handle
  })
  jest.spyOn(globalThis, 'clearInterval').mockImplementation((given) => {
    cleared.push(given)
  })
})

function tickAt(ms: number): void {
  clock.nowMs = ms
  tick()
}

describe('StallMeter', () => {
  test('finds the longest time between two ticks, beyond the millisecond that belongs between them', async () => {
    const meter = new StallMeter()
    for (const ms of [1001, 1002, 1052, 1053, 1073]) tickAt(ms)
    expect(await meter.end()).toBe(49)
  })

  test('finds none where each tick came in time', async () => {
    const meter = new StallMeter()
    for (const ms of [1001, 1001.5, 1002]) tickAt(ms)
    expect(await meter.end()).toBe(0)
  })

  test('sees a stall that begins before the first tick, and one that has just ended', async () => {
    const first = new StallMeter()
    tickAt(1031)
    expect(await first.end()).toBe(30)
    const last = new StallMeter()
    mainThread.stallMs = 25
    expect(await last.end()).toBe(25)
  })

  test('ends once, and answers with the same ever after', async () => {
    const meter = new StallMeter()
    tickAt(1011)
    expect(cleared).toEqual([])
    expect(await meter.end()).toBe(10)
    expect(cleared).toEqual([handle])
    const endedMs = clock.nowMs
    mainThread.stallMs = 500
    expect(await meter.end()).toBe(10)
    expect(clock.nowMs).toBe(endedMs)
    expect(cleared).toEqual([handle])
  })
})
