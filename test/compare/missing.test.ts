import { comparePrograms } from '../../lib/compare/index.js'
import { listSettings, parseAllocator } from '../../lib/compare/run-setting.js'
import { AllocscopeError } from '../../lib/errors/index.js'

// The libraries of this machine are hidden: none is found.
jest.mock('../../lib/program/allocator-library.js', () => ({
  preloadWith: () => undefined,
  findAllocatorLibrary: (name: string) => {
    throw new AllocscopeError(
      'ERR_ALLOCSCOPE_ALLOCATOR_NOT_FOUND',
      `no library of ${name} on this machine; install it with: apt-get install lib${name}`,
    )
  },
}))

test('an allocator that is missing is a row that names its package, and runs nothing', async () => {
  const settings = listSettings({ allocators: ['jemalloc', 'mimalloc'].map((text) => parseAllocator('x', text)), nodes: [], variables: [] })
  const onRun = jest.fn()
  const asked = { settings, runs: 3, drive: undefined, settleMs: 0, nodeOptions: [], signal: new AbortController().signal, onRun }
  const comparison = await comparePrograms(__filename, [], asked)
  expect(onRun).not.toHaveBeenCalled()
  expect(comparison.settings.map(({ missing }) => missing)).toEqual([
    expect.stringContaining('apt-get install libjemalloc'),
    expect.stringContaining('apt-get install libmimalloc'),
  ])
  expect(comparison.notes.map(({ kind }) => kind)).toEqual(['missing', 'missing'])
  expect(comparison.findings).toEqual([])
})
