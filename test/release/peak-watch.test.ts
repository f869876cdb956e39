import { PeakWatch } from '../../lib/release/peak-watch.js'

const memory = { rssBytes: 100, peakRssBytes: 500 }
const watcher = { intervalMs: 0, stops: 0, sample: (_row: { rssBytes: number | undefined }): void => undefined }

jest.mock('../../lib/process/index.js', () => ({ getProcessMemory: () => ({ ...memory }) }))
jest.mock('../../lib/watch/index.js', () => ({
  watchArenas: ({ intervalMs }: { readonly intervalMs: number }) => {
    watcher.intervalMs = intervalMs
    return {
      on: (event: string, listener: typeof watcher.sample) => {
        if (event === 'sample') watcher.sample = listener
      },
      stop: () => {
        watcher.stops += 1
      },
    }
  },
}))

beforeEach(() => {
  Object.assign(memory, { rssBytes: 100, peakRssBytes: 500 })
  watcher.stops = 0
})

describe('PeakWatch', () => {
  test('begins with the RSS that it finds', () => {
    const peak = new PeakWatch()
    memory.rssBytes = 50
    expect([peak.highestBytes, peak.source]).toEqual([100, 'samples'])
  })

  test('takes the highest sample where the process had been larger before', async () => {
    const peak = new PeakWatch()
    const answer = await peak.during(() => {
      for (const rssBytes of [120, 150, undefined, 130]) watcher.sample({ rssBytes })
      return 'answer'
    })
    expect(answer).toBe('answer')
    expect([peak.highestBytes, peak.source]).toEqual([150, 'samples'])
  })

  test('takes the kernel’s peak where that rose, and a sample that is higher still', async () => {
    const peak = new PeakWatch()
    await peak.during(() => {
      watcher.sample({ rssBytes: 520 })
    })
    memory.peakRssBytes = 501
    expect([peak.highestBytes, peak.source]).toEqual([520, 'kernel'])
    memory.peakRssBytes = 600
    expect([peak.highestBytes, peak.source]).toEqual([600, 'kernel'])
  })

  test('looks every 5 ms, or as often as it is told', async () => {
    await new PeakWatch().during(() => undefined)
    expect(watcher.intervalMs).toBe(5)
    await new PeakWatch(20).during(() => undefined)
    expect(watcher.intervalMs).toBe(20)
  })

  test('watches until the call is done, and no longer, though it fail', async () => {
    const peak = new PeakWatch()
    let finish: () => void = () => undefined
    const watched = peak.during(() => new Promise<void>((resolve) => (finish = resolve)))
    await Promise.resolve()
    expect(watcher.stops).toBe(0)
    finish()
    await watched
    expect(watcher.stops).toBe(1)
    const failing = peak.during(() => Promise.reject(new Error('from the call')))
    await expect(failing).rejects.toThrow('from the call')
    expect(watcher.stops).toBe(2)
  })
})
