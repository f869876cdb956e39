import { renderFunctionProfile, renderRunningCheck } from '../../lib/report/index.js'
import type { FunctionProfile } from '../../lib/holders/index.js'
import type { RunningCheck, RunningRound } from '../../lib/release/index.js'
import { getHeapStats } from '../../lib/heap/index.js'
import { renderHeapTotals } from '../../lib/report/heap-text.js'
import { plainStyle } from '../../lib/report/text-style.js'

const mebibyte = 2 ** 20

function resident(rssBytes: number): RunningRound['before'] {
  const heap = { usedBytes: 7 * mebibyte, committedBytes: 8 * mebibyte, externalBytes: mebibyte }
  return { rssBytes, anonymousBytes: rssBytes, heap, mappedBytes: undefined }
}

function round(atMs: number, before: number, after: number): RunningRound {
  const returnedBytes = (before - after) * mebibyte
  return {
    atMs,
    before: resident(before * mebibyte),
    after: resident(after * mebibyte),
    returnedBytes,
    steps: [],
    durationMs: 1,
    longestStallMs: 2,
  }
}

function check(rounds: readonly RunningRound[], more: Partial<RunningCheck>): string {
  const figures = {
    grownBytes: undefined,
    atRest: undefined,
    rssBytes: 50 * mebibyte,
    stays: [],
    gaps: [],
    durationMs: 3000,
    longestStallMs: 92,
  }
  return renderRunningCheck({ rounds, ...figures, ...more }, 'a subject', plainStyle).replaceAll(/\s+/g, ' ')
}

test('a check tells each release, why the rest stays, and what could not be told apart', () => {
  const stays = [
    { reason: 'allocator-free', bytes: 30 * mebibyte },
    { reason: 'wasm', bytes: 0 },
  ] as const
  const text = check([round(0, 150, 60), round(2000, 61, 50)], { atRest: false, grownBytes: -10 * mebibyte, stays, gaps: ['Not told.'] })
  expect(text).toContain('150.0 MiB 90.0 MiB 60.0 MiB 7.0 MiB 1.0 MiB')
  expect(text).toContain('Why 50.0 MiB stay')
  expect(text).toContain('free in the allocator 30.0 MiB 60.0 % shares its pages with something in use, or was freed since')
  expect(text).not.toContain('wasm')
  expect(text).toContain('at work: RSS was 60.0 MiB after one release, 61.0 MiB before the last and 50.0 MiB after it.')
  expect(text).toContain('2.0 s later, RSS after a release changed by -10.0 MiB.')
  expect(text).toContain('! Not told.')
  expect(text).toContain('stalled the event loop for 92 ms')
})

test('a program at rest, and one release alone', () => {
  expect(check([round(0, 60, 50), round(2000, 50, 50)], { atRest: true, grownBytes: 0 })).toContain('The program is at rest')
  expect(check([round(0, 60, 50)], {})).toContain('One release was made: whether the program is at rest, and what grows, is not told.')
})

const handle = { name: 'handle', file: '/app/server.js', line: 3, column: 1, bytes: 100 * mebibyte, samples: 400 }
const profile: FunctionProfile = {
  name: 'handle',
  functions: [handle],
  places: [{ ...handle, name: '', file: '', bytes: 25 * mebibyte, samples: 0 }],
  bytes: 100 * mebibyte,
  samples: 400,
  allBytes: 200 * mebibyte,
  allSamples: 800,
  intervalBytes: mebibyte / 4,
  durationMs: 2000,
  endMs: 12,
  near: [],
  lines: { supported: false, reason: 'none are told' },
}

test('a function has its bytes, their spread, their rate and their share, and lines have a reason', () => {
  const text = renderFunctionProfile(profile, 'a subject', plainStyle).replaceAll(/\s+/g, ' ')
  expect(text).toContain('handle, with all that it calls')
  // Two in the root of 400 samples: a tenth.
  expect(text).toContain('100.0 MiB ±10.0 MiB 50.0 MiB/s 50.0 % handle /app/server.js:3')
  expect(text).toContain('(anonymous) [V8]')
  expect(text).toContain('400 of 800 samples, one for 256.0 KiB on average, in 2.0 s')
  expect(text).toContain('No lines: none are told.')
})

test('a function without a sample has a bound, and names that may have been meant', () => {
  const none = { ...profile, functions: [], places: [], bytes: 0, samples: 0, near: ['handel', 'handler'] }
  const text = renderFunctionProfile(none, 'a subject', plainStyle).replaceAll(/\s+/g, ' ')
  expect(text).toContain(
    "No sample of 800 is of a function handle: it wasn't called, or what it allocated in V8's heap is less than 768.0 KiB, mostly.",
  )
  expect(text).toContain('Was it handel, handler?')
  expect(text).not.toContain('Where that was allocated')
})

test('a heap that was read in the midst of JavaScript has no array buffers, and says why', () => {
  const heap = { ...getHeapStats(), arrayBufferBytes: undefined, source: 'v8::Isolate::RequestInterrupt' } as const
  expect(renderHeapTotals(heap, plainStyle).join('\n')).toMatch(/array buffers +– +told by JavaScript alone, which was interrupted/)
})
