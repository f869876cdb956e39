import { plainStyle } from '../../lib/report/index.js'
import { renderCollapsed, renderPprof, renderSpeedscope, renderTracking, renderTrackingJson } from '../../lib/report/tracking/index.js'
import type { TrackedFigures, TrackedFrame, TrackingReport } from '../../lib/track/index.js'

const kibibyte = 1024

function figures(liveBytes: number, liveBytesError: number, allocatedBytes: number): TrackedFigures {
  const liveSamples = liveBytes === 0 ? 0 : 2
  return {
    liveBytes,
    liveBytesError,
    liveBlocks: liveBytes / kibibyte,
    liveSamples,
    allocatedBytes,
    allocations: allocatedBytes / kibibyte,
  }
}

const native: TrackedFrame = {
  kind: 'native',
  functionName: 'Decoder::grow',
  file: '/app/node_modules/images/images.node',
  line: undefined,
  isExactLine: false,
}
const load: TrackedFrame = { kind: 'javascript', functionName: 'load; all', file: '/app/load all.js', line: 12, isExactLine: true }
const top: TrackedFrame = { kind: 'javascript', functionName: '(top level)', file: '/app/main.js', line: 1, isExactLine: false }
const evaluated: TrackedFrame = { kind: 'javascript', functionName: '', file: '', line: 3, isExactLine: false }

const most = figures(64 * kibibyte, 8 * kibibyte, 640 * kibibyte)
const some = figures(10 * kibibyte, 0, 20 * kibibyte)
const none = figures(0, 0, 300 * kibibyte)

const report: TrackingReport = {
  intervalBytes: 4096,
  durationMs: 2000,
  samples: 200,
  total: figures(74 * kibibyte, 8 * kibibyte, 960 * kibibyte),
  lines: [
    { name: 'load; all /app/load all.js:12', ...most },
    { name: '(anonymous) (evaluated):3', ...some },
    { name: 'frees /app/main.js:7', ...none },
  ],
  functions: [{ name: 'Decoder::grow [images.node]', ...most }],
  modules: [{ name: 'images.node (images)', ...most }],
  packages: [
    { name: 'images', ...most },
    { name: '(the program)', ...some },
  ],
  stacks: [
    { frames: [native, load, top], ...most },
    { frames: [evaluated, top], ...some },
    { frames: [load, top], ...none },
  ],
  threads: [
    { tid: 4713, name: 'libuv-worker', liveBytes: 64 * kibibyte, liveBytesError: 8 * kibibyte, liveBlocks: 64, liveSamples: 2 },
    { tid: 4711, name: undefined, liveBytes: 10 * kibibyte, liveBytesError: 0, liveBlocks: 10, liveSamples: 2 },
  ],
  mappings: {
    total: { mappedBytes: 96 * kibibyte, residentBytes: 20 * kibibyte, unknownBytes: 16 * kibibyte, ranges: 3 },
    lines: [
      { name: 'map /app/load.js:9', mappedBytes: 80 * kibibyte, residentBytes: 20 * kibibyte, unknownBytes: 0, ranges: 2 },
      { name: 'open /app/load.js:3', mappedBytes: 16 * kibibyte, residentBytes: 0, unknownBytes: 16 * kibibyte, ranges: 1 },
    ],
    functions: [
      { name: 'map [images.node]', mappedBytes: 96 * kibibyte, residentBytes: 20 * kibibyte, unknownBytes: 16 * kibibyte, ranges: 3 },
    ],
    modules: [],
    stacks: [{ frames: [native, load], mappedBytes: 80 * kibibyte, residentBytes: 20 * kibibyte, unknownBytes: 0, ranges: 2 }],
  },
  limitations: ["the free of 3 sampled blocks wasn't seen"],
}

test('text: a row into which functions may have been inlined, if V8 may inline and the row is shown', () => {
  const hint = /^ {2}V8 may have inlined [^,]+ --exact-functions\s+keeps/m
  const textOf = (name: string, view: { readonly top: number; readonly mayBeInlined: boolean }): string =>
    renderTracking({ ...report, lines: [...report.lines.slice(0, 1), { name, ...some }] }, view, plainStyle)
  for (const name of ['createPool node:buffer:195', '(top level) /app/main.js:1']) {
    expect(textOf(name, { top: 2, mayBeInlined: true })).toMatch(hint)
    expect(textOf(name, { top: 1, mayBeInlined: true })).not.toMatch(hint)
    expect(textOf(name, { top: 2, mayBeInlined: false })).not.toMatch(hint)
  }
  for (const name of ['load /app/node:1/images.js:3', 'malloc [node]', 'node::Buffer::New [node]']) {
    expect(textOf(name, { top: 2, mayBeInlined: true })).not.toMatch(hint)
  }
})

test('text: what is live with its error, the rate of what is allocated, and what is uncertain besides', () => {
  expect(renderTracking(report, { top: 15, mayBeInlined: true }, plainStyle)).toBe(`allocscope track: native allocations
  live        74.0 KiB  ±8.0 KiB, in 74 blocks, when tracking ended
  allocated  960.0 KiB  in 960 blocks, in 2.0 s; 200 samples, one for 4.0 KiB on average

By JavaScript line
      Live            Blocks    Allocated  Where
  64.0 KiB  ±8.0 KiB      64  320.0 KiB/s  load; all /app/load all.js:12
  10.0 KiB                10   10.0 KiB/s  (anonymous) (evaluated):3

By native function
      Live            Blocks    Allocated  Where
  64.0 KiB  ±8.0 KiB      64  320.0 KiB/s  Decoder::grow [images.node]

By module
      Live            Blocks    Allocated  Where
  64.0 KiB  ±8.0 KiB      64  320.0 KiB/s  images.node (images)

By package
      Live            Blocks    Allocated  Where
  64.0 KiB  ±8.0 KiB      64  320.0 KiB/s  images
  10.0 KiB                10   10.0 KiB/s  (the program)

By thread
      Live            Blocks  Thread  Name
  64.0 KiB  ±8.0 KiB      64    4713  libuv-worker
  10.0 KiB                10    4711  (ended)

Mapped apart from malloc, by JavaScript line
  Resident                 Mapped  Ranges  Where
  20.0 KiB               80.0 KiB       2  map /app/load.js:9
       0 B  + ≤16.0 KiB  16.0 KiB       1  open /app/load.js:3
  – the free of 3 sampled blocks wasn't seen
`)
  const packages = [
    { name: '(the program)', ...most },
    { name: 'images', ...none },
  ]
  const without = renderTracking({ ...report, lines: [], packages }, { top: 1, mayBeInlined: true }, plainStyle)
  expect(without).toContain('By JavaScript line\n  nothing is live\n')
  expect(without).not.toContain('By package')
})

test('collapsed: the outermost first, separators within names replaced, live bytes alone, in order', () => {
  expect(renderCollapsed(report)).toBe(
    '(top level) main.js:1;(anonymous) (evaluated):3 10240\n(top level) main.js:1;load: all load all.js:12;Decoder::grow [images.node] 65536\n',
  )
})

test('collapsed: what was allocated, and what is mapped apart from malloc', () => {
  const [allocated, mapped, resident] = (['allocated', 'mapped', 'resident'] as const).map((measure) => renderCollapsed(report, measure))
  expect(allocated?.match(/ \d+$/gm)).toEqual([' 20480', ' 307200', ' 655360'])
  expect(mapped).toBe('load: all load all.js:12;Decoder::grow [images.node] 81920\n')
  expect(resident).toBe('load: all load all.js:12;Decoder::grow [images.node] 20480\n')
})

interface Speedscope {
  readonly shared: { readonly frames: readonly { readonly name: string; readonly file: string; readonly line?: number }[] }
  readonly profiles: readonly {
    readonly endValue: number
    readonly samples: readonly (readonly number[])[]
    readonly weights: readonly number[]
  }[]
}

test('speedscope: each frame once, stacks from the outermost in, and weights that add up', () => {
  const { shared, profiles } = JSON.parse(renderSpeedscope(report, 'main.js')) as Speedscope
  expect(shared.frames.map(({ name, line }) => [name, line])).toEqual([
    ['(top level) main.js:1', 1],
    ['load; all load all.js:12', 12],
    ['Decoder::grow [images.node]', undefined],
    ['(anonymous) (evaluated):3', 3],
  ])
  expect(profiles.map(({ samples, weights, endValue }) => [samples, weights, endValue])).toEqual([
    [
      [
        [0, 1, 2],
        [0, 3],
        [0, 1],
      ],
      [65_536, 10_240, 0],
      75_776,
    ],
    [
      [
        [0, 1, 2],
        [0, 3],
        [0, 1],
      ],
      [655_360, 20_480, 307_200],
      983_040,
    ],
    [[[1, 2]], [20_480], 20_480],
    [[[1, 2]], [81_920], 81_920],
  ])
})

test('where it is not known what was mapped, no format says that it was nothing', () => {
  const unknown = { ...report, mappings: undefined }
  expect((JSON.parse(renderSpeedscope(unknown, 'main.js')) as Speedscope).profiles).toHaveLength(2)
  const profile = fieldsOf(renderPprof(unknown, endedMs))
  expect(of(profile, 1)).toHaveLength(4)
  expect(of(profile, 2)).toHaveLength(3)
  for (const measure of ['mapped', 'resident'] as const) {
    expect(() => renderCollapsed(unknown, measure)).toThrow(expect.objectContaining({ code: 'ERR_ALLOCSCOPE_TRACK_RECORD' }) as Error)
  }
})

test('JSON: each frame once, stacks by their places', () => {
  const parsed = JSON.parse(renderTrackingJson(report)) as {
    readonly frames: readonly unknown[]
    readonly stacks: readonly { readonly frames: unknown }[]
    readonly mappings: { readonly stacks: readonly unknown[] }
  }
  expect(parsed.frames).toEqual([{ ...native, line: null }, load, top, evaluated])
  expect(parsed.stacks.map(({ frames }) => frames)).toEqual([
    [0, 1, 2],
    [3, 2],
    [1, 2],
  ])
  expect(parsed.mappings.stacks).toEqual([
    { frames: [0, 1], mappedBytes: 80 * kibibyte, residentBytes: 20 * kibibyte, unknownBytes: 0, ranges: 2 },
  ])
  expect(parsed).toMatchObject({ version: 1, intervalBytes: 4096, lines: report.lines })
})

/** The fields of a message of Protocol Buffers, by the encoding's documentation: numbers, or bytes. */
function fieldsOf(bytes: Uint8Array): readonly (readonly [number, number | Uint8Array])[] {
  let at = 0
  const varint = (): number => {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++] as number
      value += (byte % 128) * scale
      if (byte < 128) return value
    }
  }
  const fields: [number, number | Uint8Array][] = []
  while (at < bytes.length) {
    const tag = varint()
    const length = varint()
    if (tag % 8 === 0) fields.push([tag >> 3, length])
    else fields.push([tag >> 3, bytes.subarray(at, (at += length))])
  }
  return fields
}

const of = (fields: ReturnType<typeof fieldsOf>, field: number): readonly (number | Uint8Array)[] =>
  fields.filter(([number]) => number === field).map(([, value]) => value)

const endedMs = Date.UTC(2026, 10, 30, 12, 34, 56, 789)

test('pprof: the values of each stack, whose locations name functions, files and lines', () => {
  const profile = fieldsOf(renderPprof(report, endedMs))
  const strings = of(profile, 6).map((text) => Buffer.from(text as Uint8Array).toString())
  expect(strings[0]).toBe('')
  const types = of(profile, 1).map((type) => fieldsOf(type as Uint8Array).map(([, text]) => strings[text as number]))
  expect(types).toEqual([
    ['alloc_objects', 'count'],
    ['alloc_space', 'bytes'],
    ['inuse_objects', 'count'],
    ['inuse_space', 'bytes'],
    ['mapped_space', 'bytes'],
    ['mapped_resident', 'bytes'],
  ])
  const [, location] = [of(profile, 5), of(profile, 4)].map((messages) => messages.map((message) => fieldsOf(message as Uint8Array)))
  const functions = of(profile, 5).map((message) => fieldsOf(message as Uint8Array))
  const nameOf = (id: number): unknown => {
    const line = fieldsOf(of(location?.[id - 1] ?? [], 4)[0] as Uint8Array)
    const called = functions[(of(line, 1)[0] as number) - 1] ?? []
    return [strings[of(called, 2)[0] as number], strings[(of(called, 4)[0] as number | undefined) ?? 0], of(line, 2)[0]]
  }
  const packed = (message: Uint8Array): number[] =>
    fieldsOf(
      Uint8Array.from([...message].flatMap((byte, index, all) => (index === 0 || (all[index - 1] as number) < 128 ? [8, byte] : [byte]))),
    ).map(([, value]) => value as number)
  const samples = of(profile, 2).map((message) => {
    const fields = fieldsOf(message as Uint8Array)
    return { locations: packed(of(fields, 1)[0] as Uint8Array).map(nameOf), values: packed(of(fields, 2)[0] as Uint8Array) }
  })
  expect(samples[0]).toEqual({
    locations: [
      ['Decoder::grow', native.file, undefined],
      ['load; all', load.file, 12],
      ['(top level)', top.file, 1],
    ],
    values: [640, 655_360, 64, 65_536, 0, 0],
  })
  expect(samples[1]?.locations[0]).toEqual(['(anonymous)', '', 3])
  expect(samples).toHaveLength(4)
  expect(samples[3]).toEqual({
    locations: [
      ['Decoder::grow', native.file, undefined],
      ['load; all', load.file, 12],
    ],
    values: [0, 0, 0, 0, 80 * kibibyte, 20 * kibibyte],
  })
  expect(strings[of(profile, 14)[0] as number]).toBe('inuse_space')
  expect(of(profile, 12)).toEqual([4096])
  expect([of(profile, 9), of(profile, 10)]).toEqual([[endedMs * 1e6], [2e9]])
})
