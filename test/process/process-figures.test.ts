import fs from 'node:fs'
import { performance } from 'node:perf_hooks'

import type * as Binding from '../../lib/binding/index.js'
import type * as Room from '../../lib/process/index.js'

type Loaded = typeof Binding.binding

const failure = { failure: { code: 'PROC_UNREADABLE', call: 'open', errno: 2, message: 'no statm' } }

/** The room as it runs over this addon. */
function roomOver(binding: unknown): typeof Room {
  jest.resetModules()
  jest.doMock('../../lib/binding/index.js', () => ({
    ...jest.requireActual<typeof Binding>('../../lib/binding/index.js'),
    binding: binding as Loaded,
    requireBinding: () => binding,
  }))
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded anew, over another addon
  return require('../../lib/process/index.js') as typeof Room
}

const native = {
  readProcessMemory: (figures: Float64Array): undefined => {
    figures.set([11, 22, 33, 44, 55, 66])
  },
  readRss: () => 77,
}

/** Each look at the clock is 2.5 ms after the one before. */
function tickingClock(): void {
  let nowMs = 1000
  jest.spyOn(performance, 'now').mockImplementation(() => (nowMs += 2.5))
}

function procFiles(files: Readonly<Record<string, string | Error>>): void {
  const read = fs.readFileSync
  jest.spyOn(fs, 'readFileSync').mockImplementation((file, options) => {
    const text = files[file as string]
    if (text instanceof Error) throw text
    if (text === undefined) return read(file, options)
    // Without an encoding there would be no text.
    expect(options).toBe('latin1')
    return text
  })
}

afterEach(() => {
  jest.restoreAllMocks()
  jest.dontMock('../../lib/binding/index.js')
})

describe('a basic reading', () => {
  test('is each figure by the place that the addon gives it', () => {
    const { getProcessMemory, getRss } = roomOver(native)
    const expected = {
      rssBytes: 11,
      virtualBytes: 22,
      residentSharedBytes: 33,
      peakRssBytes: 44,
      minorFaults: 55,
      majorFaults: 66,
      source: 'statm+getrusage',
    }
    tickingClock()
    for (const options of [undefined, {}, { detail: undefined }, { detail: 'basic' }]) {
      expect(getProcessMemory(options as Room.ProcessMemoryOptions)).toEqual({ ...expected, costMicros: 2500 })
    }
    expect(getRss()).toBe(77)
  })

  test("that the addon can't make is an error", () => {
    const { getProcessMemory, getRss } = roomOver({ readProcessMemory: () => failure, readRss: () => failure })
    const unreadable = expect.objectContaining({ code: 'ERR_ALLOCSCOPE_PROC_UNREADABLE', errno: 2, syscall: 'open' }) as Error
    expect(() => getProcessMemory()).toThrow(unreadable)
    expect(() => getRss()).toThrow(unreadable)
  })

  test("without the addon is Node's own, with its KiB turned into bytes", () => {
    const { getProcessMemory, getRss } = roomOver(undefined)
    const usage = { ...process.resourceUsage(), maxRSS: 3000, minorPageFault: 21, majorPageFault: 9 }
    jest.spyOn(process, 'resourceUsage').mockReturnValue(usage)
    jest.spyOn(process.memoryUsage, 'rss').mockReturnValue(1_234_567)
    tickingClock()
    expect(getProcessMemory()).toEqual({
      rssBytes: 1_234_567,
      virtualBytes: undefined,
      residentSharedBytes: undefined,
      peakRssBytes: 3_072_000,
      minorFaults: 21,
      majorFaults: 9,
      source: 'node',
      costMicros: 2500,
    })
    expect(getRss()).toBe(1_234_567)
  })
})

test.each([
  [{ detail: 'all' }, 'ERR_INVALID_ARG_VALUE', /'basic', 'full'/],
  [{ detail: 1 }, 'ERR_INVALID_ARG_TYPE', /options\.detail/],
  [{ full: true }, 'ERR_INVALID_ARG_VALUE', /'detail'.*full/],
  [null, 'ERR_INVALID_ARG_TYPE', /options/],
])('%j is refused with %s', (options, code, message) => {
  const { getProcessMemory } = roomOver(native)
  expect(() => getProcessMemory(options as Room.ProcessMemoryOptions)).toThrow(
    expect.objectContaining({ code, message: expect.stringMatching(message) as string }) as Error,
  )
})

describe('a full reading', () => {
  const rollup = `5581-7ffd ---p 00000000 00:00 0    [rollup]
Rss:  1 kB
Pss:  2 kB
Pss_Dirty:  512 kB
Shared_Clean:  4 kB
Shared_Dirty:  8 kB
Private_Clean:  16 kB
Private_Dirty:  32 kB
Referenced:  1024 kB
Anonymous:  64 kB
AnonHugePages:  128 kB
ShmemPmdMapped:  256 kB
FilePmdMapped:  2048 kB
Shared_Hugetlb:  4096 kB
Private_Hugetlb:  8192 kB
Swap:  16384 kB
SwapPss:  32768 kB
`
  const status = 'VmRSS:\t 5 kB\nRssAnon:\t 6 kB\nRssFile:\t 7 kB\nRssShmem:\t 9 kB\nVmPTE:\t 10 kB\nVmSwap:\t 11 kB\n'

  test('is the sums that its fields name', () => {
    const { getProcessMemory } = roomOver(native)
    procFiles({ '/proc/self/smaps_rollup': rollup, '/proc/self/status': status })
    tickingClock()
    expect(getProcessMemory({ detail: 'full' })).toEqual({
      ...{ rssBytes: 11, virtualBytes: 22, residentSharedBytes: 33, peakRssBytes: 44, minorFaults: 55, majorFaults: 66 },
      source: 'statm+getrusage',
      pssBytes: 2 * 1024,
      ussBytes: (16 + 32 + 8192) * 1024,
      swapBytes: 16_384 * 1024,
      anonymousBytes: 64 * 1024,
      fileBytes: 7 * 1024,
      sharedMemoryBytes: 9 * 1024,
      sharedBytes: (4 + 8 + 4096) * 1024,
      hugePageBytes: (128 + 2048 + 256 + 8192 + 4096) * 1024,
      pageTableBytes: 10 * 1024,
      // From the first look at the clock to the last: the basic reading looks twice in between.
      costMicros: 7500,
    })
  })

  test('of a kernel without some of the fields counts them as 0', () => {
    const { getProcessMemory } = roomOver(native)
    procFiles({ '/proc/self/smaps_rollup': 'Private_Dirty: 32 kB\n', '/proc/self/status': '' })
    expect(getProcessMemory({ detail: 'full' })).toMatchObject({ ussBytes: 32_768, hugePageBytes: 0, pageTableBytes: 0, pssBytes: 0 })
  })

  test.each(['/proc/self/smaps_rollup', '/proc/self/status'])('names %s when it is refused', (file) => {
    const { getProcessMemory } = roomOver(native)
    const cause = Object.assign(new Error('EACCES'), { errno: -13, syscall: 'open' })
    procFiles({ '/proc/self/smaps_rollup': rollup, '/proc/self/status': status, [file]: cause })
    expect(() => getProcessMemory({ detail: 'full' })).toThrow(
      expect.objectContaining({
        code: 'ERR_ALLOCSCOPE_PROC_UNREADABLE',
        message: expect.stringContaining(file) as string,
        errno: 13,
        syscall: 'open',
        cause,
      }) as Error,
    )
  })

  test('says nothing of a number that the failure lacks', () => {
    const { getProcessMemory } = roomOver(native)
    procFiles({ '/proc/self/smaps_rollup': new Error('no number') })
    expect(() => getProcessMemory({ detail: 'full' })).toThrow(
      expect.objectContaining({ code: 'ERR_ALLOCSCOPE_PROC_UNREADABLE', errno: undefined, syscall: undefined }) as Error,
    )
  })

  test("is unsupported where the system isn't Linux", () => {
    const { getProcessMemory } = roomOver(undefined)
    const cause = Object.assign(new Error('ENOENT'), { errno: -2 })
    procFiles({ '/proc/self/smaps_rollup': cause })
    const platform = Object.getOwnPropertyDescriptor(process, 'platform') as PropertyDescriptor
    Object.defineProperty(process, 'platform', { ...platform, value: 'darwin' })
    try {
      expect(() => getProcessMemory({ detail: 'full' })).toThrow(
        expect.objectContaining({
          code: 'ERR_ALLOCSCOPE_UNSUPPORTED',
          message: expect.stringMatching(/smaps_rollup.*darwin/) as string,
          cause,
        }) as Error,
      )
    } finally {
      Object.defineProperty(process, 'platform', platform)
    }
  })
})

describe('residency', () => {
  test('is what the addon found', async () => {
    const found = { heapBytes: 1 }
    await expect(roomOver({ readResidency: () => Promise.resolve(found) }).readResidency()).resolves.toBe(found)
  })

  test("that the addon can't read is an error", async () => {
    const { readResidency } = roomOver({ readResidency: () => Promise.resolve(failure) })
    await expect(readResidency()).rejects.toMatchObject({ code: 'ERR_ALLOCSCOPE_PROC_UNREADABLE' })
  })
})
