import { closeSync, constants, fstatSync, openSync } from 'node:fs'

import { writeLinesTo } from '../../lib/reading/index.js'
import type { MemorySample, ObservedLine } from '../../lib/reading/index.js'
import { openWatch } from '../../lib/watch/watch-channel.js'

const sample = {
  ...{ elapsedMs: 5, rssBytes: 1, peakRssBytes: 2, mappedBytes: 3, allocatedBytes: 4, retainedBytes: 5, arenaCount: undefined },
  heap: { usedBytes: 1, committedBytes: 2, externalBytes: 3, arrayBufferBytes: 4 },
} satisfies MemorySample

const line: ObservedLine = { kind: 'exit', samples: 0, largestGapMs: 0, missing: [], sample }

test('the lines follow the ring in its file, which ends with the channel', () => {
  const channel = openWatch(25.5)
  const { descriptor } = channel.ring
  expect(channel.address).toBe('25.5')
  expect(fstatSync(descriptor).size).toBe(1_048_576)
  expect(channel.lines()).toEqual({ lines: [], tornLines: 0 })
  // As the program opens it.
  const writing = openSync(`/proc/self/fd/${descriptor}`, constants.O_RDWR | constants.O_APPEND)
  const writer = writeLinesTo(writing)
  expect(writer.write(line)).toBe(true)
  expect(writer.write({ ...line, samples: 9 })).toBe(true)
  closeSync(writing)
  expect(channel.lines()).toEqual({ lines: [line, { ...line, samples: 9 }], tornLines: 0 })
  channel.close()
  expect(() => fstatSync(descriptor)).toThrow('EBADF')
})
