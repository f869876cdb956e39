import { figuresOf, rowsOf } from '../../lib/allocator/named-figures.js'

const internal = expect.objectContaining({ code: 'ERR_ALLOCSCOPE_INTERNAL' }) as Error

test('rows are read by the names of their columns, wherever these stand', () => {
  const table = { columns: ['bytes', 'index', 'threads'], cells: Float64Array.of(10, 0, 1, 20, 1, NaN) }
  expect(rowsOf(table, ['index', 'bytes'])).toEqual([
    { index: 0, bytes: 10 },
    { index: 1, bytes: 20 },
  ])
  expect(rowsOf(table, ['threads'])).toEqual([{ threads: 1 }, { threads: NaN }])
  expect(rowsOf(undefined, ['index'])).toEqual([])
})

test('a name that the addon was built without is refused', () => {
  expect(() => rowsOf({ columns: ['bytes'], cells: Float64Array.of(1) }, ['index'])).toThrow(internal)
  expect(() => figuresOf({ bytes: 1 }, ['bytes', 'index'])).toThrow(internal)
  expect(figuresOf({ bytes: 1, index: 0, other: 2 }, ['index', 'bytes'])).toEqual({ index: 0, bytes: 1 })
})
