import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { diffRecordings, findPeaks, processSlope, slopeOf, summariseRecording } from '../../lib/record/analysis/index.js'
import { plainStyle } from '../../lib/report/index.js'
import { renderPeaks, renderRecording, renderRecordingDiff, renderSlope } from '../../lib/report/recording/index.js'
import { describeSlope } from '../../lib/report/recording/slope-text.js'
import { makeRecording, makeRichRecording, mebibyte } from '../record/made-recording.js'

const folder = mkdtempSync(path.join(tmpdir(), 'allocscope-test-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})
const rich = makeRichRecording(path.join(folder, 'rich.rec'))

test('what a recording tells, in a paragraph and its tables', () => {
  const text = renderRecording(summariseRecording(rich), plainStyle)
  expect(text.replaceAll(/\s+/g, ' ')).toContain(
    'RSS went from 50.0 MiB to 110.0 MiB in 3.0 s, and was highest at 2.0 s, within "parse", 100 ms after the mark "loaded", with 150.0 MiB ' +
      "(170.0 MiB between samples, by the kernel's own mark). What grew most is V8's heap (+30.0 MiB), then other (+20.0 MiB). " +
      'The program ended with exit code 0.',
  )
  expect(text).toContain('  ! 3 samples were lost: there was no room for them.')
  // At one every 10 ms, from outside and from inside: one for each moment, and those of the child.
  expect(text).toMatch(/^ {2}samples +399 in 3\.0 s, one every 10 ms$/m)
  expect(text).toMatch(/^ {2}RSS +50\.0 MiB +150\.0 MiB +110\.0 MiB +\+60\.0 MiB$/m)
  expect(text).toMatch(/^ {2}child 9 +9 +1\.0 s +2\.0 s +30\.0 MiB +30\.0 MiB$/m)
  expect(text).toMatch(/^ {2}parse +1 +700 ms +700 ms +\+10\.0 MiB$/m)
  expect(text).toMatch(/^ {2}scavenge +7 +3 +5\.00 ms +2\.00 ms$/m)
  expect(text).toMatch(/^ {2}100 ms +55\.0 MiB +two\\nlines +seen by the recorder$/m)
})

test.each([
  [{ reason: 'program-ended', exitCode: undefined, signal: 'SIGKILL' }, 'The program was ended by SIGKILL.'],
  [{ reason: 'interrupted' }, 'The recording was interrupted.'],
  [{ reason: 'timeout' }, 'The recording ended at its timeout.'],
  [{ reason: 'disk-full' }, 'The recording ended as the disk was full.'],
  [null, 'It has no end: the recorder was killed, or still records.'],
] as const)('how it ended: %j', (end, expected) => {
  const recording = makeRecording(path.join(folder, 'ended.rec'), { tracks: [{ rows: [[0, mebibyte]] }], end })
  expect(renderRecording(summariseRecording(recording), plainStyle).replaceAll(/\s+/g, ' ')).toContain(expected)
})

test('damage is said with where it is and how much is lost', () => {
  const damaged = { ...rich, damage: { atByte: 1234, lostBytes: 2048, reason: "a block's checksum doesn't match" } }
  expect(renderRecording(summariseRecording(damaged), plainStyle).replaceAll(/\s+/g, ' ')).toContain(
    "! The file is damaged at byte 1,234: a block's checksum doesn't match. What is before it is shown, the 2.0 KiB from there on are lost.",
  )
})

test('one sample that was missed is one', () => {
  const end = { timeMs: 3000, reason: 'program-ended', exitCode: 0, signal: undefined, lostSamples: 0, missedSamples: 1 } as const
  expect(renderRecording(summariseRecording({ ...rich, end }), plainStyle)).toContain('  ! 1 sample was missed: ')
})

test('peaks, and a difference with itself', () => {
  const peaks = renderPeaks([{ recording: rich, peaks: findPeaks(rich) }], plainStyle)
  expect(peaks).toMatch(/^ {2}together, 2 processes +179\.5 MiB +2\.0 s +within "parse", 90 ms after the mark "loaded"$/m)
  expect(peaks).toMatch(/^ {2}files and shared memory +20\.0 MiB +13\.3 %$/m)
  const difference = renderRecordingDiff(diffRecordings(rich, rich), plainStyle)
  expect(difference).toMatch(/^ {2}peak RSS +150\.0 MiB +150\.0 MiB +±0 B$/m)
  expect(difference).toMatch(/^ {2}loaded +1\.9 s +1\.9 s +±0 ms +145\.0 MiB +145\.0 MiB +±0 B$/m)
})

test('a slope in words', () => {
  const timeMs = Float64Array.from({ length: 600 }, (_, index) => index * 100)
  const line = (bytesPerSecond: number): string =>
    describeSlope(
      slopeOf(
        timeMs,
        timeMs.map((time) => (time / 1000) * bytesPerSecond),
      ),
    )
  expect(line(mebibyte)).toBe('is growing by +1.0 MiB/s (95 %: +1.0 MiB/s to +1.0 MiB/s)')
  expect(line(-1024)).toBe('is shrinking by -3.5 MiB/h (95 %: -3.5 MiB/h to -3.5 MiB/h)')
  // A page in 59.9 s.
  expect(line(0)).toBe('is level, ±0 B/h (95 %: ±0 B/h to ±0 B/h): growth of up to +240.4 KiB/h could hide in it')
  expect(describeSlope(slopeOf(timeMs, timeMs, { toMs: 1000 }))).toMatch(/^has no trend that can be told: 11 samples are too few/)
})

test('growth that is over by the second half is said to be', () => {
  // Up for 20 s, and then at rest but for a flicker.
  const rows = Array.from({ length: 1000 }, (_, index) => [index * 100, 4096 * (Math.min(200, index) * 20 + ((index * 7919) % 13))])
  const recording = makeRecording(path.join(folder, 'over.rec'), { tracks: [{ rows }] })
  const text = renderSlope(processSlope(recording, undefined, {}), plainStyle).replaceAll(/\s+/g, ' ')
  expect(text).toMatch(/, from 0 s to 1 min 40 s\. In the second half alone it is level, /)
  expect(text).toMatch(/ its second half 50\.0 s 1 min 40 s 500 .* is level $/)
})
