import type { CheckedBytes, HeldBytes, LiveMemory } from '../../lib/release/release-check.js'
import { summarise } from '../../lib/release/summary.js'
import type { Told } from '../../lib/release/summary.js'

const mebibyte = 2 ** 20

function bytesOf(held: Partial<HeldBytes>, stayedBytes = 30 * mebibyte): CheckedBytes {
  const rest = { baselineBytes: 50 * mebibyte, peakBytes: 250 * mebibyte, afterBytes: 0, returnedBytes: 0, heldBytes: 0 }
  return { ...rest, stayedBytes, held: held as HeldBytes }
}

function liveOf(given: Partial<LiveMemory>): LiveMemory {
  return { where: 'native', bytes: 8 * mebibyte, grows: false, bytesPerCall: 0, confidence: 'medium', ...given }
}

const enough = { bytesPerCall: 512, wantedBytesPerCall: 1024, isEnough: true }

function told(given: Partial<Told>): Told {
  return { verdict: 'returned', bytes: bytesOf({}), live: [], growth: enough, calls: 1000, stayedWithin: false, ...given }
}

const start = 'RSS rose by 200.0 MiB and 30.0 MiB of it stayed: '

test.each([
  ['returned', {}, 'the rest is within what may stay.'],
  ['held-by-v8', { v8FreeBytes: 12 * mebibyte }, 'V8 keeps 12.0 MiB of pages that hold no live object.'],
  [
    'held-by-v8',
    { v8FreeBytes: -mebibyte, pagePoolBytes: 13 * mebibyte },
    'V8 keeps 13.0 MiB in its pool of pages, of threads that ended or for later.',
  ],
  ['held-by-allocator', { releasableBytes: 20 * mebibyte }, 'glibc keeps 20.0 MiB free that a purge gives back.'],
  ['held-by-allocator', { releasableBytes: undefined }, 'glibc keeps free memory.'],
  ['fragmented', { pinnedBytes: 21 * mebibyte }, 'glibc has 21.0 MiB free on pages that also hold something in use.'],
  ['inconclusive', { nativeBytes: 1, embeddedMappedBytes: 0 }, 'no single holder explains most of it.'],
  [
    'inconclusive',
    { nativeBytes: 1, embeddedMappedBytes: 12 * mebibyte },
    '12.0 MiB are in allocators within loaded libraries, which do not tell what of it is in use.',
  ],
  ['inconclusive', { embeddedMappedBytes: 12 * mebibyte - 1, nativeBytes: 0 }, 'no single holder explains most of it.'],
  ['inconclusive', {}, 'what native code has in use is not known, so that a leak there would not show.'],
  ['still-live', {}, 'it is still live.'],
] as const)('%s, %j', (verdict, held, sentence) => {
  const bound = ' In 1,000 calls, a leak of less than 512 B a call would not show.'
  expect(summarise(told({ verdict, bytes: bytesOf(held) }), 'glibc')).toBe(start + sentence + bound)
})

test('each place that is still live, growth apart from what was kept once', () => {
  const live = [
    liveOf({ where: 'array-buffers' }),
    liveOf({ where: 'native', grows: true, bytesPerCall: 2048, confidence: 'high' }),
    liveOf({ where: 'javascript-heap', bytes: 5 * mebibyte }),
  ]
  expect(summarise(told({ verdict: 'still-live', live }), 'glibc')).toBe(
    `${start}still live: 8.0 MiB in Buffers and array buffers, without growing from call to call; ` +
      '2.0 KiB a call in native memory (confidence high); ' +
      '5.0 MiB in the JavaScript heap, without growing from call to call.',
  )
})

test('what grows where garbage may be is why nothing is concluded', () => {
  const live = [liveOf({ where: 'other-external', grows: true, bytesPerCall: 2048, confidence: 'low' })]
  expect(summarise(told({ verdict: 'inconclusive', bytes: bytesOf({ nativeBytes: 0 }), live, stayedWithin: true }), 'glibc')).toBe(
    `${start}2.0 KiB a call in array buffers, external strings and declared memory of other threads, where garbage can't be told from what is live ` +
      '(confidence low).',
  )
})

test('all came back where nothing stayed', () => {
  for (const stayed of [0, -mebibyte])
    expect(summarise(told({ bytes: bytesOf({}, stayed) }), 'glibc')).toContain('and all of it came back:')
  expect(summarise(told({ bytes: bytesOf({}, 1) }), 'glibc')).toContain('and 1 B of it stayed:')
})

test('what the calls could have missed', () => {
  const few = { bytesPerCall: 9 * 1024, wantedBytesPerCall: 1024, isEnough: false }
  const within = { verdict: 'inconclusive', bytes: bytesOf({ nativeBytes: 0 }), growth: few, calls: 142, stayedWithin: true } as const
  expect(summarise(told(within), 'glibc')).toBe(
    `${start}the rest is within what may stay, but 142 calls don't show whether it grows. ` +
      'In 142 calls, a leak of less than 9.0 KiB a call would not show.',
  )
  const none = { bytesPerCall: undefined, wantedBytesPerCall: 1024, isEnough: false }
  expect(summarise(told({ growth: none, calls: 2 }), 'glibc')).toMatch(/may stay\. 2 calls can't show whether memory grows with each\.$/)
  expect(summarise(told({ growth: none, calls: 1 }), 'glibc')).toMatch(/ 1 call can't show/)
})

test('what the full collection at the end took is said to go under memory pressure', () => {
  const live = [liveOf({ where: 'javascript-heap', bytes: 288_272, grows: true, bytesPerCall: 8 * mebibyte, confidence: 'high' })]
  expect(summarise(told({ verdict: 'still-live', live }), 'glibc')).toBe(
    `${start}still live: 8.0 MiB a call in the JavaScript heap after gc() (confidence high), of which the full collection at the end, ` +
      'as V8 makes it under memory pressure, left 281.5 KiB.',
  )
  const native = [liveOf({ where: 'native', bytes: 288_272, grows: true, bytesPerCall: 8 * mebibyte, confidence: 'high' })]
  expect(summarise(told({ verdict: 'still-live', live: native }), 'glibc')).toBe(
    `${start}still live: 8.0 MiB a call in native memory (confidence high).`,
  )
})
