import path from 'node:path'

import { decodeMoment } from '../../lib/track/moments.js'
import { MomentLog } from '../../lib/track/moment-log.js'
import { testOnEachNode } from '../heap/node-versions.js'
import { runFile } from '../installed/run-file.js'

testOnEachNode(
  'moments tell what is live by stack, to the byte, whatever the event loop does, and nothing where nobody reads',
  async (node) => {
    const { stdout } = await runFile(node, [path.join(__dirname, 'programs', 'moments.cjs')])
    const { moments, born, ...found } = JSON.parse(stdout) as {
      readonly moments: readonly [number, number, number]
      readonly born: number[]
    }
    expect(moments).toEqual([1, 3, 5])
    // After the first or the second, as that may have been told before the blocks were held.
    expect(born.every((moment) => moment === 1 || moment === 2)).toBe(true)
    expect(found).toEqual({
      refused: 'UNSUPPORTED',
      again: 'UNSUPPORTED',
      pid: true,
      before: 0,
      held: [{ liveSamples: 50, squaredError: 0 }],
      released: 0,
      code: [true, true],
      untaken: true,
      sameNumber: true,
      ownSize: 0,
    })
  },
)

/** A moment as native code writes it, with nothing in it but one stack. */
function encodedMoment(durationMs: number): Buffer {
  const body = Buffer.from(Float64Array.of(1, 0, 1, 100, 100, 1, 1, 0).buffer)
  const header = JSON.stringify({
    pid: 1,
    durationMs,
    moment: durationMs,
    mappedBytes: 0,
    liveNumbers: 8,
    stackNumbers: 0,
    codeBytes: 0,
    objects: [],
  })
  return Buffer.concat([Buffer.from('allocscope moment 2\n'), body, Buffer.from(`${header}${String(header.length).padStart(16, '0')}\n`)])
}

test('a moment that is being written is none yet', () => {
  const whole = encodedMoment(1)
  expect(decodeMoment(whole)).toMatchObject({ moment: 1, live: Float64Array.of(1, 0, 1, 100, 100, 1, 1, 0) })
  for (let length = 0; length < whole.length; length++) expect(decodeMoment(whole.subarray(0, length))).toBeUndefined()
  expect(decodeMoment(Buffer.from(whole.toString('latin1').replace('moment 2', 'moment 1'), 'latin1'))).toBeUndefined()
})

test('a log of a long session keeps a bounded number of moments, evenly apart, the first and the last', () => {
  const log = new MomentLog()
  for (let timeMs = 1; timeMs <= 10_000; timeMs++) {
    const moment = decodeMoment(encodedMoment(timeMs))
    if (moment !== undefined) log.add(moment)
  }
  const times = log.kept.map(({ timeMs }) => timeMs)
  expect(times).toHaveLength(64)
  expect([times[0], times.at(-1)]).toEqual([1, 10_000])
  const gaps = times.slice(1).map((time, index) => time - (times[index] as number))
  // Of 65 moments, 63 have two neighbours, whose distances add up to at most twice the whole time: the least of them, which is taken, to a 63rd of that.
  expect(Math.max(...gaps)).toBeLessThanOrEqual((2 * 10_000) / 63)
})
