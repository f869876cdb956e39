import type { Holder } from '../../lib/holders/index.js'
import type { ReleaseCheck } from '../../lib/release/index.js'
import { renderKeepers } from '../../lib/report/check-holders-text.js'
import { plainStyle } from '../../lib/report/index.js'

const style = { ...plainStyle, width: 200 }
const place = { file: 'server.js', line: 12, functionName: 'serve', isExact: true }
const context: Holder = {
  constructor: 'SecureContext',
  perCall: 1,
  bytesPerCall: 208,
  path: 'Map `cache` in server.js',
  allocatedAt: place,
}

function render(holders: readonly Holder[], search: Partial<NonNullable<ReleaseCheck['holderSearch']>> = {}): readonly string[] {
  const live = [{ where: 'native', bytes: 1, grows: true, bytesPerCall: 1, confidence: 'high', holders }] as const
  const holderSearch = { source: 'snapshots', reason: undefined, calls: 32, costMicros: 1, ...search } as const
  return renderKeepers({ live, holderSearch } as unknown as ReleaseCheck, style)
}

test('each has its number and bytes a call, what keeps it, and where it is allocated', () => {
  const inexact = {
    ...context,
    constructor: '(string)',
    perCall: 1.0625,
    path: undefined,
    allocatedAt: { ...place, isExact: false },
  }
  expect(render([context, inexact])).toEqual([
    '  SecureContext     +1 a call  208 B a call  kept by Map `cache` in server.js, allocated at server.js:12',
    '  (string)       +1.06 a call  208 B a call  allocated in the function at server.js:12',
    '  Between two heap snapshots, 32 calls apart.',
  ])
})

test('on a narrow screen what keeps them stands below, whole', () => {
  const live = [{ where: 'native', holders: [context, { ...context, constructor: 'Buffer', allocatedAt: undefined }] }]
  const holderSearch = { source: 'snapshots', calls: 32 }
  expect(renderKeepers({ live, holderSearch } as unknown as ReleaseCheck, { ...plainStyle, width: 60 })).toEqual([
    '  SecureContext  +1 a call  208 B a call',
    '      kept by Map `cache` in server.js, allocated at',
    '      server.js:12',
    '  Buffer         +1 a call  208 B a call',
    '      kept by Map `cache` in server.js',
    '  Between two heap snapshots, 32 calls apart.',
  ])
})

test('what the sampler knows has no name and no number, and says why', () => {
  const sampled = { ...context, constructor: undefined, perCall: undefined, path: undefined }
  expect(render([sampled], { source: 'sampler', reason: 'the heap is too large' })).toEqual([
    '  objects    208 B a call  allocated at server.js:12',
    "  By V8's sampling profiler alone: the heap is too large.",
  ])
})

test('nobody found, and nothing looked for', () => {
  expect(render([])).toEqual(['  No JavaScript object is left by each call.', '  Between two heap snapshots, 32 calls apart.'])
  expect(render([], { source: 'none', reason: 'no inspector' })).toEqual(["  It couldn't be looked for: no inspector."])
  expect(renderKeepers({ live: [], holderSearch: undefined } as unknown as ReleaseCheck, style)).toEqual([])
})

test('native blocks come after the objects, with the function that asked for them', () => {
  const blocks = { ...context, constructor: undefined, path: undefined, allocatedBy: { functionName: 'Open', module: 'sqlite.node' } }
  const live = [{ where: 'native', holders: [context, blocks, { ...blocks, allocatedBy: { functionName: '', module: 'libc.so.6' } }] }]
  const holderSearch = { source: 'snapshots', calls: 32 }
  const rendered = (nativeSearch: object, found: object = live): readonly string[] =>
    renderKeepers({ live: found, holderSearch, nativeSearch } as unknown as ReleaseCheck, style)
  expect(rendered({ calls: 480, limitations: [] })).toEqual([
    '  SecureContext            +1 a call  208 B a call  kept by Map `cache` in server.js, allocated at server.js:12',
    '  Open [sqlite.node]       +1 a call  208 B a call  allocated at server.js:12',
    '  (no symbol) [libc.so.6]  +1 a call  208 B a call  allocated at server.js:12',
    '  Between two heap snapshots, 32 calls apart.',
    '  Native blocks: the bytes that were asked for, by 480 calls with all of them tracked.',
  ])
  expect(rendered({ calls: 15, limitations: ['1 stack was lost'] }, []).at(-1)).toBe(
    "  No line's native blocks grew evenly in 15 calls with all of them tracked. 1 stack was lost.",
  )
  expect(rendered({ calls: 0, limitations: ['it is tracked already'] }, []).at(-1)).toBe(
    "  Who asked for native memory isn't known: it is tracked already.",
  )
})

test('names from the program draw nothing on the terminal', () => {
  const [line] = render([{ ...context, constructor: 'A\u001b[2J', path: 'Map `\u0007` in x.js' }])
  expect(line).not.toMatch(/\p{Cc}/u)
})

test('at most eight are shown', () => {
  expect(render(Array.from({ length: 20 }, () => context))).toHaveLength(9)
})
