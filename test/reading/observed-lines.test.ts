import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import fc from 'fast-check'

import { parseObserved, writeLinesTo } from '../../lib/reading/index.js'
import type { MemorySample, ObservedLine } from '../../lib/reading/index.js'

const sample: MemorySample = {
  elapsedMs: 1.5,
  rssBytes: 1,
  peakRssBytes: 2,
  mappedBytes: undefined,
  allocatedBytes: 3,
  retainedBytes: undefined,
  arenaCount: 4,
  heap: { usedBytes: 5, committedBytes: 6, externalBytes: 7, arrayBufferBytes: 8 },
}
const line: ObservedLine = { kind: 'sample', samples: 2, largestGapMs: 3, missing: [], sample }

/** What the writer leaves in a file. */
function written(lines: readonly ObservedLine[]): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'allocscope-test-'))
  try {
    const file = path.join(folder, 'lines')
    const writer = writeLinesTo(openSync(file, 'a'))
    expect(lines.map((one) => writer.write(one))).toEqual(lines.map(() => true))
    return readFileSync(file, 'utf8')
  } finally {
    rmSync(folder, { recursive: true })
  }
}

test('what is not known comes back as undefined, its key kept', () => {
  expect(parseObserved(written([line]))).toStrictEqual({ lines: [line], tornLines: 0 })
})

test('a writer that never began leaves nothing, one that only began no lines', () => {
  expect(parseObserved('')).toStrictEqual({ lines: [], tornLines: 0 })
  expect(parseObserved(written([]))).toStrictEqual({ lines: [], tornLines: 0 })
})

test('a torn last line is counted and left out, wherever it was torn', () => {
  const [stamp, text] = written([line]).split(/(?<=^[^\n]*\n)/) as [string, string]
  fc.assert(
    fc.property(fc.integer({ min: 1, max: text.length - 2 }), (length) => {
      expect(parseObserved(stamp + text + text.slice(0, length))).toStrictEqual({ lines: [line], tornLines: 1 })
    }),
  )
  fc.assert(
    fc.property(fc.integer({ min: 1, max: stamp.length - 2 }), (length) => {
      expect(parseObserved(stamp.slice(0, length))).toStrictEqual({ lines: [], tornLines: 1 })
    }),
  )
})

test.each([
  ['another version', (text: string) => text.replace('"version":1', '"version":2'), /expected version 1 of 'observed', found version 2/],
  ['another file', (text: string) => text.replace('"observed"', '"profile"'), /found version 1 of 'profile'/],
  ['no stamp', (text: string) => text.replace(/^[^\n]*\n/, ''), /found no such file/],
  ['a torn stamp with lines behind it', (text: string) => text.slice(5), /found no such file/],
])('%s is refused, and nothing is read of it', (_what, change, message) => {
  expect(() => parseObserved(change(written([line, line])))).toThrow(
    expect.objectContaining({ code: 'ERR_ALLOCSCOPE_INTERNAL', message: expect.stringMatching(message) as string }) as Error,
  )
})

test('no text behind the stamp makes it throw', () => {
  const stamp = written([])
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json().map((json) => `${json}\n`),
      ),
      (text) => {
        expect(parseObserved(stamp + text).lines.length).toBeLessThanOrEqual(text.split('\n').length)
      },
    ),
  )
})
