import { checkReleaseOptions, releaseMemory } from '../../lib/release/release-memory.js'
import { residencyOf } from './moments.js'

const did: string[] = []
const now = { ms: 0, residentBytes: 0, anonymousBytes: 0, mappedBytes: 5000 as number | undefined, allocator: 'glibc', still: true }
/** Of each step's meter, and how many meters still run. */
const stalls = { left: [] as number[], running: 0 }
const purged: { answer: unknown } = { answer: undefined }

function act(name: string, ms: number, bytes: number): void {
  did.push(name)
  now.ms += ms
  now.residentBytes -= bytes
  now.anonymousBytes -= bytes / 2
}

jest.mock('node:perf_hooks', () => ({ performance: { now: () => now.ms } }))
jest.mock('../../lib/allocator/index.js', () => ({
  getAllocatorStats: () => ({ allocator: now.allocator, mappedBytes: now.mappedBytes }),
}))
jest.mock('../../lib/binding/index.js', () => ({
  ...jest.requireActual<object>('../../lib/binding/index.js'),
  requireBinding: () => ({
    readEmbeddedAllocators: () => ({ copies: [], regions: [], lazyFreeBytes: 0 }),
    flushAllocatorThread: () => did.push('flush'),
    purgeAllocator: () => {
      act('purge', 40, 400)
      return Promise.resolve(purged.answer)
    },
  }),
}))
jest.mock('../../lib/heap/index.js', () => ({
  collectFully: () => {
    act('collect', 10, 100)
    return Promise.resolve('gc')
  },
  getHeapStats: () => ({ usedBytes: 1, committedBytes: 2, externalBytes: 3, physicalBytes: 4 }),
}))
jest.mock('../../lib/process/index.js', () => ({
  readResidency: () => Promise.resolve(residencyOf({ residentBytes: now.residentBytes, anonymousBytes: now.anonymousBytes })),
}))
jest.mock('../../lib/release/wait-until-still.js', () => ({
  waitUntilStill: (ms: number) => {
    act(`wait ${ms}`, 20, 200)
    return Promise.resolve(now.still)
  },
}))
jest.mock('../../lib/release/stall-meter.js', () => ({
  StallMeter: class {
    readonly #longestMs = stalls.left.shift() ?? 0
    #running = true
    constructor() {
      stalls.running += 1
    }
    end(): Promise<number> {
      if (this.#running) stalls.running -= 1
      this.#running = false
      return Promise.resolve(this.#longestMs)
    }
  },
}))

beforeEach(() => {
  did.length = 0
  Object.assign(now, { ms: 1000, residentBytes: 3000, anonymousBytes: 2000, mappedBytes: 5000, allocator: 'glibc', still: true })
  stalls.left = [5, 9, 7]
  stalls.running = 0
  purged.answer = { calls: 'malloc_trim(0)', arenasSkipped: 2, longestLockMillis: 0.5 }
})

const heap = { usedBytes: 1, committedBytes: 2, externalBytes: 3 }
const figures = { supported: true, reason: undefined, arenasSkipped: undefined, longestLockMs: undefined }
const gcStep = { ...figures, step: 'gc', calls: 'gc', durationMs: 10, longestStallMs: 5, returnedBytes: 100, returnedAnonymousBytes: 50 }
const settleStep = {
  ...figures,
  step: 'settle',
  calls: 'none',
  durationMs: 20,
  longestStallMs: 9,
  returnedBytes: 200,
  returnedAnonymousBytes: 100,
}
const purgeFigures = { step: 'purge', durationMs: 40, longestStallMs: 7, returnedBytes: 400, returnedAnonymousBytes: 200 }

describe('releaseMemory', () => {
  test('each step has what RSS fell by in it, and the whole what it fell by in all', async () => {
    expect(await releaseMemory()).toEqual({
      before: { rssBytes: 3000, anonymousBytes: 2000, heap, mappedBytes: 5000 },
      after: { rssBytes: 2300, anonymousBytes: 1650, heap, mappedBytes: 5000 },
      returnedBytes: 700,
      steps: [
        gcStep,
        settleStep,
        { ...purgeFigures, calls: 'malloc_trim(0)', supported: true, reason: undefined, arenasSkipped: 2, longestLockMs: 0.5 },
      ],
      durationMs: 70,
      longestStallMs: 9,
    })
    expect(did).toEqual(['collect', 'wait 1000', 'flush', 'purge'])
  })

  test('leaves out the steps that aren’t asked for', async () => {
    expect((await releaseMemory({ purge: false, settleMs: 0 })).steps).toEqual([gcStep])
    expect((await releaseMemory({ gc: false, purge: false, settleMs: 1 })).steps.map(({ step }) => step)).toEqual(['settle'])
    expect(await releaseMemory({ gc: false, purge: false, settleMs: 0 })).toMatchObject({ steps: [], returnedBytes: 0, longestStallMs: 0 })
    expect(did).toEqual(['collect', 'wait 1'])
  })

  test('says so when RSS didn’t come to rest', async () => {
    now.still = false
    const { steps } = await releaseMemory({ gc: false, purge: false, settleMs: 50 })
    expect(steps[0]).toMatchObject({ supported: true, reason: "RSS didn't come to rest within 50 ms" })
  })

  test('arenas and locks are figures of glibc alone', async () => {
    now.allocator = 'jemalloc'
    const { steps } = await releaseMemory({ gc: false, settleMs: 0 })
    expect(steps[0]).toMatchObject({ supported: true, arenasSkipped: undefined, longestLockMs: undefined })
  })

  test('a purge that the allocator doesn’t have is no error, and one that fails is', async () => {
    const failure = { code: 'UNSUPPORTED', call: '', errno: 0, message: 'no call of it is known' }
    purged.answer = { failure }
    const { steps } = await releaseMemory({ gc: false, settleMs: 0 })
    expect(steps).toMatchObject([{ step: 'purge', calls: 'none', supported: false, reason: 'no call of it is known' }])
    purged.answer = { failure: { ...failure, code: 'ALLOCATOR_CALL', call: 'mallctl', errno: 14 } }
    now.allocator = 'jemalloc'
    await expect(releaseMemory({ gc: false, settleMs: 0 })).rejects.toMatchObject({
      code: 'ERR_ALLOCSCOPE_ALLOCATOR_CALL',
      backend: 'jemalloc',
      syscall: 'mallctl',
    })
    // A meter that runs on would keep the process alive.
    expect(stalls.running).toBe(0)
  })
})

describe('checkReleaseOptions', () => {
  test('the defaults, and the borders', () => {
    expect(checkReleaseOptions(undefined)).toEqual({ gc: true, purge: true, settleMs: 1000 })
    expect(checkReleaseOptions({ gc: false, purge: false, settleMs: 0 })).toEqual({ gc: false, purge: false, settleMs: 0 })
    expect(checkReleaseOptions({ settleMs: 600_000 })).toEqual({ gc: true, purge: true, settleMs: 600_000 })
  })

  test.each([
    [{ settleMs: 600_001 }, 'ERR_OUT_OF_RANGE', '"options.settleMs"'],
    [{ settleMs: -1 }, 'ERR_OUT_OF_RANGE', '"options.settleMs"'],
    [{ gc: 1 }, 'ERR_INVALID_ARG_TYPE', '"options.gc"'],
    [{ purge: 1 }, 'ERR_INVALID_ARG_TYPE', '"options.purge"'],
  ])('refuses %j', (options, code, message) => {
    const expected = expect.objectContaining({ code, message: expect.stringContaining(message) as string }) as Error
    expect(() => checkReleaseOptions(options)).toThrow(expected)
  })
})
