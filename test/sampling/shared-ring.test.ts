import { closeSync, writeSync } from 'node:fs'

import { SharedRing, sampleInto } from '../../lib/sampling/index.js'

const ringBytes = 2 ** 17

/** What a sampler says that is to record into a ring after `spoil` has written to its file. */
function refusalAfter(spoil: (descriptor: number) => void, bytes = ringBytes): unknown {
  const ring = SharedRing.open(ringBytes)
  try {
    spoil(ring.descriptor)
    sampleInto(ring.descriptor, bytes, 1000, 0.05, 0)
    return undefined
  } catch (error) {
    return error
  } finally {
    ring.close()
    closeSync(ring.descriptor)
  }
}

function overwrite(bytes: readonly number[], position: number): (descriptor: number) => void {
  return (descriptor) => {
    expect(writeSync(descriptor, Uint8Array.from(bytes), 0, bytes.length, position)).toBe(bytes.length)
  }
}

// The first eight bytes are the magic, the next four the version, and the four behind them the records' own.
test.each([
  ['without the magic of a ring', overwrite([0], 0), /isn't a ring of allocscope's/],
  ['of a newer version', overwrite([2, 0, 0, 0], 8), /another version of allocscope/],
  ['of another format of records', overwrite([255, 0, 0, 0], 12), /another version of allocscope/],
])('a sampler records into no ring %s', (_name, spoil, message) => {
  expect(refusalAfter(spoil)).toMatchObject({ code: 'ERR_ALLOCSCOPE_UNSUPPORTED', message: expect.stringMatching(message) as string })
})

test('a sampler records into no ring of another size', () => {
  expect(refusalAfter(() => undefined, ringBytes / 2)).toMatchObject({
    code: 'ERR_ALLOCSCOPE_UNSUPPORTED',
    message: expect.stringContaining('another size') as string,
  })
})
