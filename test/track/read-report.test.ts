import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import fc from 'fast-check'

import { isAllocscopeError } from '../../lib/errors/index.js'
import { renderTrackingJson } from '../../lib/report/tracking/index.js'
import { diffReports, readTrackingReport } from '../../lib/track/index.js'
import type { MappedFigures, ReadTrackingReport, TrackedFigures } from '../../lib/track/index.js'

const folder = mkdtempSync(path.join(tmpdir(), 'read-report-'))
const file = path.join(folder, 'report.json')
afterAll(() => {
  rmSync(folder, { recursive: true })
})

function figures(liveBytes: number, liveBytesError: number): TrackedFigures {
  return { liveBytes, liveBytesError, liveBlocks: 2, liveSamples: 2, allocatedBytes: liveBytes * 2, allocations: 4 }
}

function mapped(residentBytes: number): MappedFigures {
  return { mappedBytes: residentBytes * 2, residentBytes, unknownBytes: 5, ranges: 1 }
}

const report: ReadTrackingReport = {
  intervalBytes: 512,
  durationMs: 12.5,
  samples: 7,
  total: figures(300, 30),
  lines: [
    { name: '__proto__', ...figures(200, 3) },
    { name: 'load /app/load.js:3', ...figures(100, 0) },
  ],
  functions: [{ name: 'grow [images.node]', ...figures(300, 30) }],
  modules: [{ name: 'images.node', ...figures(300, 30) }],
  packages: [{ name: 'images', ...figures(300, 30) }],
  mappings: {
    total: mapped(40),
    lines: [{ name: 'load /app/load.js:3', ...mapped(40) }],
    functions: [{ name: 'grow [images.node]', ...mapped(40) }],
    modules: [{ name: 'images.node', ...mapped(40) }],
  },
  limitations: ['a limitation'],
}

/** As `track --json` writes it. */
function write({ mappings, ...others }: ReadTrackingReport): string {
  return renderTrackingJson({ ...others, mappings: mappings && { ...mappings, stacks: [] }, stacks: [], threads: undefined })
}
const written = write(report)

function read(text: string): unknown {
  writeFileSync(file, text)
  try {
    return readTrackingReport(file)
  } catch (error) {
    return error
  }
}

function expectRefused(answer: unknown): void {
  expect(isAllocscopeError(answer) && answer.code).toBe('ERR_ALLOCSCOPE_TRACK_REPORT')
  expect((answer as Error).message).toContain(file)
}

test('what --json wrote is read back', () => {
  expect(read(written)).toEqual(report)
  const untold = { ...report, mappings: undefined }
  expect(read(write(untold))).toEqual(untold)
})

/** The places of every member and element of a value. */
function pathsOf(value: unknown, at: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [at]
  return [at, ...Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, [...at, key]))]
}

function replaced(value: unknown, [key, ...rest]: readonly string[], by: unknown): unknown {
  if (key === undefined) return by
  const copy: unknown = Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) }
  const fields = copy as Record<string, unknown>
  fields[key] = replaced(fields[key], rest, by)
  return copy
}

test('any field that is of another kind, missing, or out of range is refused', () => {
  for (const text of ['null', '5', 'true', '[]', '{}', '"text"']) expectRefused(read(text))
  const { frames: _frames, stacks: _stacks, threads: _threads, ...others } = JSON.parse(written) as Record<string, Record<string, unknown>>
  delete others['mappings']?.['stacks']
  for (const at of pathsOf(others).slice(1)) {
    for (const wrong of [undefined, null, -1, true, {}, 1e300, at.at(-1) === 'name' || at[0] === 'limitations' ? 5 : 'text']) {
      // What is mapped needn't be known.
      if (at.length === 1 && at[0] === 'mappings' && wrong === null) continue
      // JSON leaves out a member that is undefined, and writes null for an element.
      expectRefused(read(JSON.stringify(replaced(others, at, wrong))))
    }
  }
})

test('no bytes crash it', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.json(),
        fc.string(),
        fc.nat(written.length).map((end) => written.slice(0, end)),
      ),
      (text) => {
        const answer = read(text)
        if (text.trim() !== written.trim()) expectRefused(answer)
      },
    ),
  )
  expectRefused(read('['.repeat(200_000)))
  expectRefused(read(written.replace('load /app/load.js:3', '__proto__')))
  rmSync(file)
  expect(() => readTrackingReport(file)).toThrow(/report\.json can't be read/)
})

test('what is mapped: what is in one report alone counts, what may have grown most comes first, and what one report lacks is unknown', () => {
  const { mappings } = report
  const grown = { ...mapped(50), unknownBytes: 5_000 }
  const later = { ...report, mappings: mappings && { ...mappings, lines: [{ name: 'new /app/new.js:1', ...grown }] } }
  const lines = diffReports(report, later).mappings?.lines ?? []
  expect(lines.map(({ name, difference }) => [name, difference])).toEqual([
    ['new /app/new.js:1', { residentBytes: 50, mappedBytes: 100, unknownBytes: 5_000, ranges: 1 }],
    ['load /app/load.js:3', { residentBytes: -40, mappedBytes: -80, unknownBytes: -5, ranges: -1 }],
  ])
  for (const [before, after] of [
    [report, { ...report, mappings: undefined }],
    [{ ...report, mappings: undefined }, report],
  ] as const) {
    expect(diffReports(before, after).mappings).toBeUndefined()
  }
})

test('differences: errors add up by squares, what is in one report alone counts, what grew most comes first', () => {
  const later: ReadTrackingReport = {
    ...report,
    lines: [
      { name: '__proto__', ...figures(500, 4) },
      { name: 'new /app/new.js:1', ...figures(900, 9) },
      { name: 'freed /app/new.js:2', ...figures(0, 0) },
    ],
  }
  const { lines } = diffReports(report, later)
  expect(
    lines.map(({ name, beforeBytes, afterBytes, differenceBytes, differenceBytesError }) => [
      name,
      beforeBytes,
      afterBytes,
      differenceBytes,
      differenceBytesError,
    ]),
  ).toEqual([
    ['new /app/new.js:1', 0, 900, 900, 9],
    ['__proto__', 200, 500, 300, 5],
    ['load /app/load.js:3', 100, 0, -100, 0],
  ])
  expect(diffReports(report, report).total).toMatchObject({ differenceBytes: 0, differenceBytesError: Math.sqrt(2 * 30 ** 2) })
})
