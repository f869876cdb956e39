import { formatByteChange, formatBytes, formatCount } from '../figures/index.js'
import { printable } from './display-width.js'
import { renderProse } from './section.js'
import { layOutTable } from './table.js'
import type { TextStyle } from './text-style.js'

/** The sum of all calls of a function whose lines weren't counted. */
export interface TotalsOfFunction {
  readonly name: string
  readonly calls: number
  readonly allocatedBytes: number
  readonly incrementBytes: number
  readonly peakRssBytes: number | undefined
}

/** Printed by a program that wraps functions with `profile()` and wasn't loaded through allocscope. */
export function renderTotals(totals: readonly TotalsOfFunction[], program: string, style: TextStyle): string {
  const rows = totals.map(({ name, calls, allocatedBytes, incrementBytes, peakRssBytes }) => {
    const known = peakRssBytes !== undefined
    const bytes = [formatBytes(known ? allocatedBytes : undefined), formatByteChange(known ? incrementBytes : undefined)]
    return [printable(name === '' ? '<anonymous>' : name), formatCount(calls), ...bytes, formatBytes(peakRssBytes)]
  })
  const figures = ['Calls', 'Allocated', 'Net', 'Peak RSS'].map((title) => ({ title, align: 'right' as const }))
  const how = `The program wasn't loaded through allocscope, so these are totals. For the lines: npx allocscope profile ${program}, or node --import allocscope/register ${program}`
  const lines = [
    '',
    style.bold('allocscope profile'),
    ...layOutTable([{ title: 'Function', elastic: true }, ...figures], rows, style),
    ...renderProse(how, '  – ', style, style.dim),
  ]
  return `${lines.join('\n')}\n`
}
