import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { eventBlock, fileOf, rowBlock } from '../record/made-flight.js'
import { mebibyte } from '../record/made-recording.js'
import { cli, plainEnvironment } from './run-cli.js'

const folder = mkdtempSync(path.join(tmpdir(), 'allocscope-test-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

// The heap grows to its limit of 256 MiB, with a collection of the whole at each step, in a container of 500 MiB.
const rows = Array.from({ length: 8 }, (_, index) =>
  rowBlock(index, index * 100, { rss: 60 + 33 * index, heap: 20 + 33 * index, container: 300, collections: index }),
)
const mark = eventBlock(0, { kind: 'mark', process: 0, timeMs: 150, name: 'loaded', by: 'program' })
writeFileSync(path.join(folder, 'crash.flight'), fileOf(rows, [mark]))

/** Each is a process: no more of them than there are verbs. */
function allocscope(...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], {
    encoding: 'utf8',
    cwd: folder,
    env: plainEnvironment(),
  })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  return stdout
}

test('report: a sentence says what grew and which limit was near, as text and as JSON', () => {
  const text = allocscope('report', 'crash.flight')
  expect(text.replaceAll(/\s+/g, ' ')).toContain(
    "V8's heap grew by 231.0 MiB in the last 700 ms (RSS by 231.0 MiB, from 60.0 MiB to 291.0 MiB), and V8's heap limit was near. " +
      "Container's limit: 300.0 MiB of 500.0 MiB, 60.0 %. V8's heap limit: 251.0 MiB of 256.0 MiB for old objects, 98.0 %, near. " +
      'It ended without a word: killed (by SIGKILL, the OOM killer or another signal), or crashed.',
  )
  expect(text).toMatch(/^ {2}mark-sweep +7 +35 ms +5\.00 ms$/m)
  const grown = expect.arrayContaining([{ owner: 'heap', bytes: 231 * mebibyte }]) as unknown
  expect(JSON.parse(allocscope('report', 'crash.flight', '--json'))).toMatchObject({
    kind: 'flight',
    end: null,
    flight: {
      growth: { hasGrown: true, fromBytes: 60 * mebibyte, toBytes: 291 * mebibyte, owners: grown },
      container: { isNear: false },
      heap: { isNear: true, of: 'old objects', usedBytes: 251 * mebibyte },
      isRunning: false,
    },
  })
})

test('the other commands read it as any recording', () => {
  expect(allocscope('plot', 'crash.flight')).toMatch(/^gc: 7 collections, 35 ms in all, the longest 5\.00 ms\.$/m)
  expect(allocscope('plot', 'crash.flight', '--svg', 'crash.svg')).toBe('')
  expect(readFileSync(path.join(folder, 'crash.svg'), 'utf8')).toContain('killed or crashed, or it still runs')
  expect(allocscope('peak')).toMatch(/^ {2}node +7 +291\.0 MiB +700 ms +550 ms after the mark "loaded"$/m)
  expect(allocscope('slope', 'crash.flight')).toMatch(/8 samples are too few/)
  expect(allocscope('diff', 'crash.flight', 'crash.flight')).toMatch(/^ {2}peak RSS +291\.0 MiB +291\.0 MiB +±0 B$/m)
  expect(allocscope('report', 'crash.flight', '--format', 'csv').split('\r\n').slice(1, 2)[0]).toMatch(
    /^0\.00000,7,inside,62914560,1048576,/,
  )
  expect(allocscope('list')).toMatch(/^0 +crash\.flight .* no end /m)
})
