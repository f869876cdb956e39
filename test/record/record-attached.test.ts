import { existsSync, mkdtempSync, openSync, closeSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { readRecording, recordAttached } from '../../lib/record/index.js'
import type { RecordReport } from '../../lib/record/index.js'
import { hostRing } from '../../lib/sampling/foreign-ring.js'

const folder = mkdtempSync(path.join(tmpdir(), 'allocscope-test-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})
let files = 0

/** Records this process by what it is said to answer. */
async function recordAnswer(file: string, answer: unknown, end = jest.fn(() => Promise.resolve())): Promise<RecordReport> {
  const options = { file, replace: false, intervalMs: 10, children: false, timeoutMs: 400, allocscopeVersion: '0', onFailure: jest.fn() }
  return await recordAttached(process.pid, () => Promise.resolve({ answer, end }), options)
}

test.each([undefined, null, {}, { descriptor: '3' }, { descriptor: 1.5 }, 'text'])(
  'an answer that is none, %p, is an error, ends the visit and leaves no file',
  async (answer) => {
    const file = path.join(folder, `${files++}.rec`)
    const end = jest.fn(() => Promise.resolve())
    await expect(recordAnswer(file, answer, end)).rejects.toMatchObject({ code: 'ERR_ALLOCSCOPE_ATTACH' })
    expect(end).toHaveBeenCalled()
    expect(existsSync(file)).toBe(false)
  },
)

test('of what a process has open only shared memory is opened, whatever it answers', async () => {
  const descriptor = openSync('/dev/null', 'r')
  try {
    const answered = recordAnswer(path.join(folder, `${files++}.rec`), { descriptor })
    await expect(answered).rejects.toMatchObject({ code: 'ERR_ALLOCSCOPE_ATTACH' })
  } finally {
    closeSync(descriptor)
  }
})

const stamp = '{"allocscope":"record","version":1}\n'
const layout = { allocator: 'glibc', figures: ['arenaBytes'], published: 8, clockOffsetMs: 0 }
const start = { kind: 'start', nodeVersion: 'v1', allocator: 'glibc', heapLimitBytes: 1, layout }
const hostileLines = [
  null,
  7,
  'text',
  [],
  {},
  { kind: 'constructor' },
  { kind: 'collections', entries: 5 },
  { kind: 'collections', entries: [null, [1, 2, 3], [1, 2, 3, 'x']] },
  { kind: 'mark', name: { length: 1e9 }, timeMs: 1 },
  { kind: 'span', name: 'x', startMs: null },
  { kind: 'worker', change: 1e300, thread: 1, timeMs: 1 },
  { ...start, layout: undefined },
  { ...start, layout: { ...layout, allocator: 'constructor' } },
  { ...start, layout: { ...layout, figures: { length: 1e9 } } },
]

test('lines that are none are left out, and so is one that never ends: the recording goes on and is good', async () => {
  const descriptor = hostRing(2 ** 18)
  try {
    writeSync(descriptor, stamp + hostileLines.map((line) => `${JSON.stringify(line)}\n`).join(''))
    writeSync(descriptor, 'x'.repeat(3 * 2 ** 20))
    writeSync(descriptor, `\n${JSON.stringify({ kind: 'mark', name: 'the last one', timeMs: 1e12 })}\n`)
    const file = path.join(folder, `${files++}.rec`)
    expect(await recordAnswer(file, { descriptor })).toMatchObject({ inside: false, reason: 'timeout', failure: undefined })
    const recording = readRecording(file)
    expect(recording).toMatchObject({ damage: undefined, end: { reason: 'timeout' } })
    expect(recording.marks.map(({ name }) => name)).toEqual(['the last one'])
    expect(recording.tracks.map(({ source }) => source)).toEqual(['outside'])
  } finally {
    closeSync(descriptor)
  }
})

test('a file of another version is an error, and there is no recording', async () => {
  const descriptor = hostRing(2 ** 18)
  try {
    writeSync(descriptor, '{"allocscope":"record","version":2}\n')
    const file = path.join(folder, `${files++}.rec`)
    await expect(recordAnswer(file, { descriptor })).rejects.toMatchObject({ code: 'ERR_ALLOCSCOPE_INTERNAL' })
    expect(existsSync(file)).toBe(false)
  } finally {
    closeSync(descriptor)
  }
})
