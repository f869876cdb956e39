import type { NativeTracker } from '../../lib/binding/index.js'
import { plainStyle } from '../../lib/report/index.js'
import { renderStaying } from '../../lib/report/tracking/index.js'
import { findStaying } from '../../lib/track/live-courses.js'
import type { StayingPlace, StayingPlaces } from '../../lib/track/live-courses.js'
import { makeReport } from '../../lib/track/make-report.js'
import type { KeptMoment } from '../../lib/track/moment-log.js'
import type { TrackRecord } from '../../lib/track/track-record.js'

/** Nothing is named here: no stack has frames. */
const tracker = { demangle: (names) => names } as NativeTracker

const blockBytes = 100

/** Blocks of one stack, by the moments after which they were allocated, all live at the end after a second. */
function recordOf(born: readonly number[], intervalBytes: number): TrackRecord {
  return {
    mappings: new Float64Array(),
    samples: Float64Array.from(born.flatMap((moment) => [blockBytes, 0, 0, 1, moment])),
    stacks: new Float64Array(),
    code: new ArrayBuffer(0),
    objects: [],
    figures: { intervalBytes, samples: born.length, unrecorded: 0, lostMappings: 0, missedFrees: 0, lostCodeEvents: 0 },
    pid: 1,
    execPath: '/usr/bin/node',
    durationMs: 1000,
  }
}

/** A moment each tenth of a second, with so many blocks live, each of which stands for `weight` bytes. */
function momentsOf(blocks: readonly number[], weight = blockBytes, square = 0): readonly KeptMoment[] {
  return blocks.map((count, index) => ({
    moment: index + 1,
    timeMs: (index + 1) * 100,
    mappedBytes: 0,
    live: new Map(count === 0 ? [] : [[0, { sequence: 0, bytes: count * weight, squaredError: count * square }]]),
  }))
}

function placeOf({ lines, coursesReason }: StayingPlaces): StayingPlace | undefined {
  expect(coursesReason).toBeUndefined()
  return lines[0]
}

// A block before each moment, and one after the last.
const steadily = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
const rising = [1, 2, 3, 4, 5, 6, 7, 8, 9]

test('what rises in each quarter grows, from the lowest of the second to the lowest of the last', () => {
  const place = placeOf(findStaying(recordOf(steadily, 1), momentsOf(rising), tracker))
  // 300 bytes after 0.3 s, 800 after 0.8 s.
  expect(place).toMatchObject({ course: 'grows', growthBytesPerSecond: 1000, growthBytesPerSecondError: 0, liveBytes: 1000 })
  // What was there at 0.2 s, the last moment of the first quarter, are two blocks.
  expect(place?.laterBytes).toBe(800)
  expect(place?.liveBytesAtMoments).toEqual([100, 200, 300, 400, 500, 600, 700, 800, 900, 1000])
})

test('the error is that of blocks alone that were not live at both moments', () => {
  const interval = 200
  const chance = 1 - Math.exp(-blockBytes / interval)
  const weight = blockBytes / chance
  const square = (1 - chance) * weight ** 2
  const place = placeOf(findStaying(recordOf(steadily, interval), momentsOf(rising, weight, square), tracker))
  expect(place?.course).toBe('grows')
  // Eight blocks were live after 0.8 s, and three of them after 0.3 s.
  expect(place?.growthBytesPerSecond).toBeCloseTo((5 * weight) / 0.5, 6)
  expect(place?.growthBytesPerSecondError).toBeCloseTo(Math.sqrt(5 * square) / 0.5, 6)
})

test('a rise of no more than twice its error is none', () => {
  // Each block stands for a thousand times its bytes.
  const square = (1 - 0.001) * (blockBytes / 0.001) ** 2
  const interval = -blockBytes / Math.log1p(-0.001)
  // Three blocks more have an error of nearly the square root of three.
  const place = placeOf(
    findStaying(recordOf([0, 2, 4, 6, 7], interval), momentsOf([1, 1, 2, 2, 3, 3, 4, 5, 5], blockBytes / 0.001, square), tracker),
  )
  expect(place).toMatchObject({ course: 'varies', growthBytesPerSecond: undefined })
})

test.each([
  ['all at the beginning', [0, 0, 0], [3, 3, 3, 3, 3, 3, 3, 3, 3], 'once', 0],
  ['one in ten later', [0, 0, 0, 0, 0, 0, 0, 0, 0, 7], [9, 9, 9, 9, 9, 9, 9, 10, 10], 'once', 100],
  ['one in five later', [0, 0, 0, 0, 7], [4, 4, 4, 4, 4, 4, 4, 5, 5], 'varies', 100],
  ['replaced all the time', [8, 9], [2, 2, 2, 2, 2, 2, 2, 2, 2], 'varies', 200],
  ['dropped for a moment in the last quarter', steadily, [1, 2, 3, 4, 5, 6, 7, 0, 9], 'varies', 800],
])('%s', (_name, born, blocks, course, laterBytes) => {
  expect(placeOf(findStaying(recordOf(born, 1), momentsOf(blocks), tracker))).toMatchObject({ course, laterBytes })
})

test('where a quarter has no moment there are no courses, and the text and the figures say so', () => {
  const record = recordOf(steadily, 1)
  const staying = findStaying(record, momentsOf([1, 2, 3]), tracker)
  const reason = 'what is live is known at 3 moments before the end: each quarter of the time must have one to tell what grows'
  expect(staying.coursesReason).toBe(reason)
  expect(staying.lines).toMatchObject([{ liveBytes: 1000, course: undefined, laterBytes: undefined }])
  const text = renderStaying(makeReport(record, tracker), staying, { top: 15 }, plainStyle)
  expect(text).toContain('\nBy JavaScript line\n')
  expect(text.replace(/\n +/g, ' ')).toContain(` – ${reason}`)
  expect(text).not.toContain('\nGrows\n')
})
