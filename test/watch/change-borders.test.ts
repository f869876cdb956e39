import { ChangeDetector } from '../../lib/watch/change-detector.js'
import type { BareChange } from '../../lib/watch/change-detector.js'

interface Filter {
  readonly minBytes: number
  readonly minGrowth: number
  readonly consecutiveSamples: number
}

function steps(values: readonly number[], filter: Partial<Filter>): readonly (readonly [number, number])[] {
  const detector = new ChangeDetector('rss', undefined, { minBytes: 100, minGrowth: 0, consecutiveSamples: 1, ...filter })
  return values.flatMap((value, index) => detector.add(index * 10, value) ?? []).map(({ fromBytes, toBytes }) => [fromBytes, toBytes])
}

test.each<[string, readonly number[], Partial<Filter>, readonly (readonly [number, number])[]]>([
  ['one byte too few', [1000, 1099], {}, []],
  ['just enough, upwards', [1000, 1100], {}, [[1000, 1100]]],
  ['just enough, downwards', [1000, 900], {}, [[1000, 900]]],
  ['one byte too few, downwards', [1000, 901], {}, []],
  ['just the share', [1000, 1250], { minGrowth: 0.25 }, [[1000, 1250]]],
  ['just short of the share', [1000, 1249], { minGrowth: 0.25 }, []],
  ['the share of a small figure is less than the bytes needed', [100, 150], { minGrowth: 0.5 }, []],
  ['from 0, every share is reached', [0, 100], { minGrowth: 5 }, [[0, 100]]],
  ['as many in a row as needed', [0, 100, 100], { consecutiveSamples: 2 }, [[0, 100]]],
  ['a pause between', [0, 100, 0, 100], { consecutiveSamples: 2 }, []],
  [
    'after an event the count begins anew',
    [0, 100, 200, 300, 400],
    { consecutiveSamples: 2 },
    [
      [0, 200],
      [200, 400],
    ],
  ],
  ['samples without a change count for none', [0, 0, 0, 100, 99], { consecutiveSamples: 2 }, []],
])('%s', (_, values, filter, expected) => {
  expect(steps(values, filter)).toEqual(expected)
})

test('a change names its figure, and the times of both values', () => {
  const detector = new ChangeDetector('arena', 3, { minBytes: 100, minGrowth: 0, consecutiveSamples: 1 })
  const changes: (BareChange | undefined)[] = [
    [5, 1000],
    [15, 1050],
    [25, 1100],
    [35, 950],
  ].map(([timeMs, bytes]) => detector.add(timeMs as number, bytes as number))
  expect(changes).toEqual([
    undefined,
    undefined,
    { subject: 'arena', arena: 3, fromBytes: 1000, toBytes: 1100, fromTimeMs: 5, timeMs: 25 },
    { subject: 'arena', arena: 3, fromBytes: 1100, toBytes: 950, fromTimeMs: 25, timeMs: 35 },
  ])
})
