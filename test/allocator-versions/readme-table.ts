import { readFileSync } from 'node:fs'
import path from 'node:path'

/** What README.md promises of an allocator in malloc's place. */
export interface PromisedRow {
  readonly name: string
  readonly versions: readonly string[]
  readonly mapped: string
  readonly inUse: string
  readonly leak: string
  /** The calls by which it gives memory back. */
  readonly calls: readonly string[]
}

function parseRow(line: string): PromisedRow {
  const [name = '', versions = '', mapped = '', inUse = '', leak = '', purge = ''] = line
    .split('|')
    .slice(1)
    .map((cell) => cell.trim())
  return {
    name,
    versions: versions.match(/\d+(?:\.\d+)*/g) ?? [],
    mapped,
    inUse,
    leak,
    calls: (purge.match(/`[^`]+`/g) ?? []).map((call) => call.slice(1, -1)),
  }
}

/** The rows of README.md's table of allocators. */
export function readPromises(): readonly PromisedRow[] {
  const text = readFileSync(path.join(__dirname, '..', '..', 'README.md'), 'utf8')
  const lines = text.split('\n')
  const begin = lines.findIndex((line) => line.startsWith("| allocator in malloc's place |"))
  const end = lines.findIndex((line, index) => index > begin && !line.startsWith('|'))
  return lines.slice(begin + 2, end).map(parseRow)
}
