import type { FunctionProfile, LineFigures, LineProfile } from '../../lib/profile/index.js'
import * as report from '../../lib/report/line-profile/index.js'

const mebibyte = 1024 ** 2

/** A line that was executed `occurrences` times; figures that aren't given are zero. */
export function line(number: number, text: string, figures: Partial<LineFigures> = {}): LineFigures {
  const occurrences = figures.occurrences ?? 1
  const zero = {
    occurrences,
    endRssBytes: undefined,
    allocatedBytes: 0,
    heapBytes: 0,
    externalBytes: 0,
    incrementBytes: 0,
    rssIncrementBytes: 0,
    othersBytes: 0,
  }
  return { line: number, ...zero, peakRssBytes: occurrences > 0 ? 60 * mebibyte : undefined, text, ...figures }
}

/** A function of these lines, its figures their sums. */
export function profiledFunction(name: string, lines: readonly LineFigures[], more: Partial<FunctionProfile> = {}): FunctionProfile {
  const sum = (figure: 'allocatedBytes' | 'incrementBytes'): number => lines.reduce((total, one) => total + one[figure], 0)
  const place = { file: '/srv/app/script.ts', line: lines[0]?.line ?? 1, endLine: lines.at(-1)?.line ?? 1 }
  return {
    name,
    ...place,
    calls: 1,
    allocatedBytes: sum('allocatedBytes'),
    incrementBytes: sum('incrementBytes'),
    peakRssBytes: 60 * mebibyte,
    lines,
    ...more,
  }
}

export function lineProfile(functions: readonly FunctionProfile[], more: Partial<LineProfile> = {}): LineProfile {
  const run = { mode: 'hybrid', pid: 4242, threadId: 0, nodeVersion: 'v20.20.2', durationMs: 1234, end: 'exit' } as const
  return { ...run, functions, uninstrumented: [], notes: [], ...more }
}

/** The report's parts, put together. */
export function renderLineProfiles(...given: Parameters<typeof report.renderLineProfiles>): string {
  return [...report.renderLineProfiles(...given)].join('')
}

export function renderLineProfilesJson(...given: Parameters<typeof report.renderLineProfilesJson>): string {
  return [...report.renderLineProfilesJson(...given)].join('')
}

export function renderLineProfilesHtml(...given: Parameters<typeof report.renderLineProfilesHtml>): string {
  return [...report.renderLineProfilesHtml(...given)].join('')
}
