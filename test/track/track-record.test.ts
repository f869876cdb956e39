import { decodeRecord, encodeRecord } from '../../lib/track/track-record.js'
import type { TrackRecord } from '../../lib/track/track-record.js'

const record: TrackRecord = {
  samples: Float64Array.of(100, 1, 2, 3, 4),
  mappings: Float64Array.of(4096, 8192, -1, 1, 2, 3),
  stacks: Float64Array.of(1, 1, 0, 2, 1, 100, 1, 1, 2 ** 47 - 1, 4096),
  code: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8).buffer,
  objects: [{ path: '/lib/é.so', bias: 4096, begin: 4096, end: 8192 }],
  figures: { intervalBytes: 512, samples: 1, unrecorded: 0, lostMappings: 0, missedFrees: 0, lostCodeEvents: 0 },
  pid: 1,
  execPath: '/usr/bin/node',
  durationMs: 12.5,
}

test('a record is read back as it was', () => {
  expect(decodeRecord(encodeRecord(record))).toEqual(record)
})

test('one that is cut short anywhere, or is something else, is none', () => {
  const whole = encodeRecord(record)
  for (let length = 0; length < whole.length; length++) expect(decodeRecord(whole.subarray(0, length))).toBeUndefined()
  expect(decodeRecord(Buffer.from('allocscope track 4\n{}\n'))).toBeUndefined()
  expect(decodeRecord(Buffer.from(whole.toString('latin1').replace('track 4', 'track 3'), 'latin1'))).toBeUndefined()
})
