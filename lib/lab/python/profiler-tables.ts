import type { LabLine, LabLines } from '../experiment.js'

const mebibyte = 1024 ** 2
const row = /^ *(\d+)(?: +(-?[\d.]+) MiB +(-?[\d.]+) MiB +(\d+))? {3}(.*)$/

function readLine(text: string): LabLine | undefined {
  const [, line, usage, increment, occurrences, contents] = row.exec(text) ?? []
  if (line === undefined || contents === undefined) return undefined
  // Without figures the columns are blank, up to where the text begins.
  const described = { line: Number(line), occurrences: Number(occurrences ?? 0), liveBytes: undefined }
  if (usage === undefined)
    return { ...described, text: contents.slice(blankColumns), memoryUsageBytes: undefined, incrementBytes: undefined }
  return { ...described, text: contents, memoryUsageBytes: Number(usage) * mebibyte, incrementBytes: Number(increment) * mebibyte }
}

/** The widths of memory_profiler's three columns of figures. */
const blankColumns = '     21.8 MiB     21.8 MiB           1'.length

function readTable(text: string, version: string): LabLines | undefined {
  const lines = text.split('\n').flatMap((one) => readLine(one) ?? [])
  const measured = lines.flatMap(({ memoryUsageBytes }) => memoryUsageBytes ?? [])
  const [startRssBytes, endRssBytes] = [measured[0], measured.at(-1)]
  if (startRssBytes === undefined || endRssBytes === undefined) return undefined
  const functionName = lines.map((line) => /^\s*def (\w+)/.exec(line.text)?.[1]).find((name) => name !== undefined) ?? ''
  const file = /\/([^/\n]+\.py)$/m.exec(text)?.[1] ?? ''
  return {
    kind: 'lines',
    title: `${version}: ${functionName}`,
    functionName,
    file,
    measuredBy: 'memory_profiler',
    startRssBytes,
    endRssBytes,
    betweenBytes: 0,
    lines,
  }
}

/** The tables that memory_profiler has printed. Its figures are RSS alone, rounded to a tenth of a mebibyte. */
export function readProfilerTables(output: string, version: string): readonly LabLines[] {
  return output.split(/^(?=Filename: )/m).flatMap((table) => readTable(table, version) ?? [])
}
