import fc from 'fast-check'

import type { MemorySample } from '../../lib/record/memory-sample.js'
import { encodeLine, parseRecord } from '../../lib/record/record-lines.js'
import type { RecordLine } from '../../lib/record/record-lines.js'

const sample: MemorySample = {
  elapsedMs: 1.5,
  rssBytes: 1,
  peakRssBytes: 2,
  mappedBytes: undefined,
  allocatedBytes: 3,
  retainedBytes: undefined,
  arenaCount: 4,
  heapUsedBytes: 5,
  heapCommittedBytes: 6,
  externalBytes: 7,
  arrayBufferBytes: 8,
}
const line: RecordLine = { kind: 'sample', samples: 2, largestGapMs: 3, missing: [], sample }

test('what is not known comes back as undefined, its key kept', () => {
  const { lines } = parseRecord(encodeLine(line))
  expect(lines).toStrictEqual([line])
})

test('a torn last line is counted and left out, wherever it was torn', () => {
  const text = encodeLine(line)
  fc.assert(
    fc.property(fc.integer({ min: 1, max: text.length - 2 }), (length) => {
      expect(parseRecord(text + text.slice(0, length))).toStrictEqual({ lines: [line], tornLines: 1 })
    }),
  )
})

test('no text makes it throw', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json().map((json) => `${json}\n`),
      ),
      (text) => {
        expect(parseRecord(text).lines.length).toBeLessThanOrEqual(text.split('\n').length)
      },
    ),
  )
})
