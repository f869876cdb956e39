import { getAllocatorStats } from '../../lib/allocator/index.js'
import type { AllocatorStatsOptions } from '../../lib/allocator/index.js'

function call(options: unknown): () => unknown {
  return () => getAllocatorStats(options as AllocatorStatsOptions)
}

test.each<[string, unknown, string, RegExp]>([
  ['a string', 'usage', 'ERR_INVALID_ARG_TYPE', /"options" argument must be of type object\. Received type string \('usage'\)/],
  ['null', null, 'ERR_INVALID_ARG_TYPE', /"options".*Received null/],
  ['an array', [], 'ERR_INVALID_ARG_TYPE', /"options".*an instance of Array/],
  [
    'an unknown detail',
    { detail: 'everything' },
    'ERR_INVALID_ARG_VALUE',
    /'options\.detail'|"options\.detail".*'footprint', 'usage', 'arenas'/,
  ],
  ['a detail that is a number', { detail: 3 }, 'ERR_INVALID_ARG_TYPE', /"options\.detail".*Received type number/],
  ['a negative budget', { budgetMs: -1 }, 'ERR_OUT_OF_RANGE', /"options\.budgetMs".*>= 0.*-1/],
  ['a budget that is no number', { budgetMs: NaN }, 'ERR_OUT_OF_RANGE', /NaN/],
  ['a budget that is a string', { budgetMs: '10' }, 'ERR_INVALID_ARG_TYPE', /"options\.budgetMs".*type string/],
  ['an unknown option', { details: 'usage' }, 'ERR_INVALID_ARG_VALUE', /'detail', 'budgetMs'.*details/],
])('%s is refused', (_, options, code, message) => {
  expect(call(options)).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) as string }) as Error)
})

test("a getter's own error comes through, and the next reading is whole", () => {
  const hostile = {
    get detail(): string {
      throw new Error('from the getter')
    },
  }
  expect(call(hostile)).toThrow('from the getter')
  expect(getAllocatorStats().rssBytes).toBeGreaterThan(0)
})

test('the addon refuses a buffer that is too small, detached, or no Float64Array', () => {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- the binding itself is under test here
  const { requireBinding } = require('../../lib/binding/index.js') as typeof import('../../lib/binding/index.js')
  const native = requireBinding()
  const detached = new Float64Array(64)
  structuredClone(detached.buffer, { transfer: [detached.buffer] })
  for (const wrong of [undefined, null, 1, {}, new Float64Array(0), new Uint8Array(512), detached, new DataView(new ArrayBuffer(512))]) {
    for (const call of ['readAllocatorFootprint', 'readProcessMemory'] as const) {
      expect(native[call](wrong as Float64Array)).toMatchObject({ failure: { code: 'INTERNAL' } })
    }
  }
})
