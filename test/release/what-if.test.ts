import { tryPurge, wasTried } from '../../lib/release/what-if.js'

const asked: unknown[] = []
const stats = { allocator: 'glibc', missing: [] as { cause: string; fields: readonly string[]; reason: string }[] }
const child: { answer: unknown } = { answer: undefined }

jest.mock('../../lib/allocator/index.js', () => ({
  getAllocatorStats: (options: unknown) => {
    asked.push(options)
    return { allocator: stats.allocator, allocatedBytes: 400, retainedBytes: 70, missing: stats.missing }
  },
}))
jest.mock('../../lib/binding/index.js', () => ({
  ...jest.requireActual<object>('../../lib/binding/index.js'),
  requireBinding: () => ({
    tryPurgeInChild: (timeoutMs: number) => {
      asked.push(timeoutMs)
      return child.answer
    },
  }),
}))

beforeEach(() => {
  asked.length = 0
  Object.assign(stats, { allocator: 'glibc', missing: [] })
})

const walk = { detail: 'usage', budgetMs: 200, others: false }

describe('tryPurge', () => {
  test('a purge gives back what the child’s anonymous memory fell by', async () => {
    const figures = { anonymousBeforeBytes: 900, anonymousAfterBytes: 300, inUseBytes: 250, pinnedBytes: 40, forkMillis: 1.5 }
    child.answer = Promise.resolve({ ...figures, purgeMillis: 2, childMillis: 4 })
    const tried = await tryPurge(true)
    const whole = {
      releasableBytes: 600,
      embeddedReleasableBytes: undefined,
      inUseBytes: 250,
      pinnedBytes: 40,
      lack: undefined,
      forkMs: 1.5,
    }
    expect(tried).toEqual(whole)
    expect(wasTried(tried)).toBe(true)
    expect(asked).toEqual([60_000])
  })

  test('what the allocators within libraries would give back besides', async () => {
    const figures = { anonymousBeforeBytes: 900, anonymousAfterBytes: 300, embeddedReleasedBytes: 55, inUseBytes: 250, pinnedBytes: 40 }
    child.answer = Promise.resolve({ ...figures, forkMillis: 1.5 })
    expect(await tryPurge(true)).toMatchObject({ releasableBytes: 600, embeddedReleasableBytes: 55 })
  })

  test.each([
    ['glibc', { cause: 'layout', fields: ['mappedBytes'], reason: 'a field moved' }, 'a field moved'],
    ['glibc', undefined, expect.stringContaining("isn't in one piece")],
    ['tbbmalloc', { cause: 'unsupported', fields: ['allocatedBytes'], reason: 'no call tells' }, 'no call tells'],
    [
      'tbbmalloc',
      { cause: 'detail', fields: ['allocatedBytes'], reason: 'ask for more' },
      expect.stringContaining("tbbmalloc doesn't tell"),
    ],
  ])('%s: why a child lacks a figure, by %p', async (allocator, missing, reason) => {
    Object.assign(stats, { allocator, missing: missing === undefined ? [] : [missing] })
    child.answer = Promise.resolve({ anonymousBeforeBytes: 900, anonymousAfterBytes: 300, inUseBytes: 250, forkMillis: 1.5 })
    expect((await tryPurge(true)).lack).toMatchObject({ reason: reason as string })
  })

  test('without leave to fork, the allocator’s own figures', async () => {
    const untried = await tryPurge(false)
    expect(untried).toEqual({ reason: 'whatIf is false', inUseBytes: 400, retainedBytes: 70, lack: undefined })
    expect(wasTried(untried)).toBe(false)
    expect(asked).toEqual([walk])
  })

  test('the same with the reason where the fork failed', async () => {
    child.answer = { failure: { code: 'WHAT_IF', call: 'fork', errno: 12, message: 'Cannot allocate memory' } }
    expect(await tryPurge(true)).toEqual({ reason: 'Cannot allocate memory', inUseBytes: 400, retainedBytes: 70, lack: undefined })
    expect(asked).toEqual([60_000, walk])
  })
})
